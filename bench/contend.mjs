// Many runners that come to one database at once: one applies, and the others see that it has.
import { join } from 'node:path';
import { onTarget } from './apply.mjs';
import { makeProject, startApply } from './lockstep.mjs';
import { inDatabase } from './psql.mjs';
import { median } from './statistics.mjs';

const RUNNERS = 50;
const MIGRATIONS = 5;
const SECONDS_EACH = 0.2;

/** To start fifty processes takes a small machine seconds, and is not what is measured: all are there before the first ends. */
const WAIT_FOR_ALL = `DO $$
BEGIN
  WHILE (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockstep apply%') < ${RUNNERS} LOOP
    PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
  END LOOP;
END
$$;
`;

export function contend(context) {
  const { directory } = context;
  const what = `${RUNNERS} runners at once`;
  return onTarget(context, what, async (server) => {
    const slow = Array.from({ length: MIGRATIONS }, (_, index) => ({
      name: `000${index + 1}_slow_${index + 1}.sql`,
      sql: `CREATE TABLE slow_${index + 1} (id bigint PRIMARY KEY);\nSELECT pg_sleep(${SECONDS_EACH});\n`,
    }));
    const added = [{ name: '0000_wait_for_all.sql', sql: WAIT_FOR_ALL }, ...slow];
    const project = makeProject(join(directory, 'contend'), { base: [], added });
    const ends = await inDatabase(server, 'contend', (database) =>
      Promise.all(Array.from({ length: RUNNERS }, () => startApply(project, server.url(database)))),
    );
    const applied = ends.filter(({ report }) => report.result === 'applied');
    const others = ends.filter(({ report }) => report.result === 'noop');
    if (applied.length !== 1 || others.length !== RUNNERS - 1) {
      throw new Error(`of ${RUNNERS} runners ${applied.length} have applied, ${others.length} had nothing to do`);
    }
    const lastAt = Math.max(...ends.map(({ at }) => at));
    return [
      {
        what: `${what}: the last ends after the one that applies`,
        measured: lastAt - applied[0].at,
        goal: { below: 1000 },
      },
      {
        what: `${what}: computing time of one that waits`,
        measured: median(others.map(({ cpuMilliseconds }) => cpuMilliseconds)),
      },
    ];
  });
}
