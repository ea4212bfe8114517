import { expect, it } from 'vitest';
import { change, lockstep, project, start, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** DETACH PARTITION ... CONCURRENTLY commits twice: what came half-way is told, and finished. */

const target = targets();

const partitioned = {
  '001_t.sql': 'CREATE TABLE t (id int) PARTITION BY LIST (id);\nCREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);\n',
};
const detach = { '002_detach.sql': 'ALTER TABLE t DETACH PARTITION t_1 CONCURRENTLY;\n' };

const PARTITIONS = 'SELECT inhrelid::regclass::text AS name, inhdetachpending AS pending FROM pg_inherits';

/** A partition that somebody reads, in a transaction that stays open. */
async function readPartition() {
  const shop = await target();
  const repo = project(partitioned);
  await lockstep('apply', repo, shop);
  const reader = await shop.session();
  await reader.query('BEGIN; SELECT FROM t');
  return { shop, repo, reader };
}

it('a partition is detached', async () => {
  const shop = await target();
  const repo = project(partitioned);
  change(repo, detach);
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await shop.rows(PARTITIONS)).toEqual([]);
});

it('runs that are given up say that the partition is half detached, and who reads it; the next one finishes it', async () => {
  const { shop, repo, reader } = await readPartition();
  await shop.admin.query(`GRANT pg_read_all_stats TO ${shop.role}`);
  await reader.query("SET application_name = 'nightly report'");
  change(repo, detach, 'concurrent_wait: 1500ms\nconcurrent_retries: 0\n');
  for (const attempt of ['that detaches', 'that only finishes it']) {
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('failed');
    const { error } = run.migration('002_detach').up ?? {};
    expect(error, attempt).toMatchObject({ sqlstate: '55P03', line: 1 });
    expect(error?.hint, attempt).toMatch(
      /nightly report.* the partition "t_1" is half detached, .* The next run sees to it/,
    );
    expect(await shop.rows(PARTITIONS)).toEqual([{ name: 't_1', pending: true }]);
  }
  await reader.query('COMMIT');
  const next = await lockstep('apply', repo, shop);
  expect(next.report.migrations, next.printed).toMatchObject([{ id: '002_detach', status: 'applied' }]);
  expect(next.report.notices?.join('\n')).toContain('The detaching of "t_1", which had come half-way, was finished');
  expect(await shop.rows(PARTITIONS)).toEqual([]);
  expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
});

it('one that is finished within the run is not detached once more, which would fail', async () => {
  const { shop, repo, reader } = await readPartition();
  change(repo, detach, 'concurrent_wait: 3s\nconcurrent_retries: 2\n');
  const run = start('apply', repo, shop);
  // The first try has ended, and what it left is being finished.
  const finishing =
    "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%FINALIZE' AND pid <> pg_backend_pid()";
  expect(await eventually(async () => (await shop.rows(finishing)).length > 0, 30_000), run.printed()).toBe(true);
  await reader.query('COMMIT');
  const { report, printed } = await run.finished;
  expect(report.migrations, printed).toMatchObject([
    { id: '002_detach', status: 'applied', up: { attempts: [{ sqlstate: '55P03' }] } },
  ]);
  expect(await shop.rows(PARTITIONS)).toEqual([]);
});
