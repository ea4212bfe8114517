// What a deploy takes: many migrations against psql and other tools, and a deploy that has nothing to do. The server is a
// target as others are: it keeps what it has committed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyByTool, competitors, installCompetitors, titleOf } from './competitors.mjs';
import { generateMigrations } from './generate.mjs';
import { apply as applyOurs, makeProject } from './lockstep.mjs';
import { hasPsql, startServer } from './postgres.mjs';
import { applyByPsql, inDatabase, psql } from './psql.mjs';
import { bareNode, median, repeat, STARTS } from './statistics.mjs';

const FEW = 3;

/** Starts a target for the measurement; a row without numbers where this machine cannot. */
export async function onTarget({ binaries }, what, work) {
  const missing = binaries === undefined ? 'a Postgres server' : hasPsql() ? undefined : 'psql';
  if (missing !== undefined) return [{ what: `${what} (not measured: ${missing} is not on this machine)` }];
  const server = await startServer(binaries, { durable: true });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** All pending migrations of a project on an empty database. */
export function apply(context) {
  const { directory, runs, migrations: count } = context;
  const what = `apply of ${count} migrations`;
  return onTarget(context, what, async (server) => {
    const migrations = transactional(count);
    const project = makeProject(join(directory, 'apply'), { base: [], added: migrations });
    const runners = [
      {
        name: 'psql',
        history: 'SELECT count(*) FROM history',
        run: (name) => applyByPsql(server, project.added, name),
      },
      {
        name: 'lockstep',
        history: 'SELECT count(*) FROM lockstep.migrations',
        run: (name) => applyOurs(project, server.url(name)).milliseconds,
      },
      ...toolsOn(server, directory, migrations),
    ];
    const times = new Map(runners.map(({ name }) => [name, []]));
    // In turn, so that a busy moment of the machine meets all.
    for (let run = 0; run < runs; run++) {
      for (const { name, history, run: measure } of runners) {
        await inDatabase(server, `apply_${run}_${name.replaceAll('-', '_')}`, (database) => {
          times.get(name).push(measure(database));
          const recorded = Number(psql(server, database, '-c', history));
          if (recorded !== count) throw new Error(`${name} has recorded ${recorded} of ${count} migrations`);
        });
      }
    }
    const time = (name) => (times.has(name) ? median(times.get(name)) : undefined);
    const measured = time('lockstep');
    return [
      { what, measured, floor: time('psql'), of: 'psql', goal: { ratio: 1.5 } },
      ...competitors.map((tool) => {
        const floor = time(tool.name);
        if (floor === undefined) return { what: `${what} (no ${titleOf(tool)}: npm could not install it)`, measured };
        return { what, measured, floor, of: titleOf(tool), goal: { ratio: 1 } };
      }),
    ];
  });
}

function toolsOn(server, directory, migrations) {
  const installed = installCompetitors();
  return competitors
    .filter(({ name }) => installed.includes(name))
    .map((tool) => {
      const laid = join(directory, tool.name);
      mkdirSync(laid);
      tool.lay(laid, migrations);
      return { ...tool, run: (database) => applyByTool(tool, laid, server.url(database)) };
    });
}

/** A deploy that finds nothing to do, which most are: what it adds to the start of Node. */
export function noop(context) {
  const { directory, migrations: most } = context;
  return onTarget(context, 'apply of nothing', async (server) => {
    const rows = [];
    for (const count of [FEW, most]) {
      const project = makeProject(join(directory, `noop_${count}`), { base: [], added: transactional(count) });
      const times = await inDatabase(server, `noop_${count}`, (database) => {
        applyOurs(project, server.url(database));
        return repeat(STARTS, () => {
          const { milliseconds, report } = applyOurs(project, server.url(database));
          if (report.result !== 'noop')
            throw new Error(`this apply should have nothing to do, not be ${report.result}`);
          return milliseconds;
        });
      });
      const [wall, floor] = [median(times), bareNode()];
      const what = `apply of nothing on ${count}`;
      rows.push(
        { what: `${what}: wall time`, measured: wall, floor, of: 'node -e 0' },
        { what: `${what}: without node -e 0`, measured: wall - floor, goal: { below: 150 } },
      );
    }
    return rows;
  });
}

/** Small ones; CONCURRENTLY is left out, which some tools cannot run. */
function transactional(count) {
  const plenty = generateMigrations({ count: Math.ceil(count * 1.2) + 20 });
  return plenty.filter(({ sql }) => !/CONCURRENTLY/.test(sql)).slice(0, count);
}
