import { execFileSync } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { type ScratchPostgres, startScratchPostgres } from './scratch-postgres.ts';

/** A server that allows prepared transactions, which Postgres' own default does not. */
export async function startWithPreparedTransactions(major: number): Promise<ScratchPostgres> {
  const server = await startScratchPostgres(major);
  const client = new Client(server.config());
  client.on('error', () => {});
  await client.connect();
  await client.query('ALTER SYSTEM SET max_prepared_transactions = 5');
  const { rows } = await client.query(
    "SELECT current_setting('data_directory') AS data, pg_read_file('postmaster.pid') AS pid",
  );
  const { data, pid } = rows[0] as { data: string; pid: string };
  await client.end();
  const { uid, gid } = statSync(data);
  // The process that runs tells where its binaries are.
  const pgCtl = join(dirname(readlinkSync(`/proc/${pid.split('\n')[0]}/exe`)), 'pg_ctl');
  const control = (...args: string[]): void => {
    execFileSync(pgCtl, ['-D', data, '-s', '-w', '-m', 'fast', ...args], { uid, gid, cwd: data, stdio: 'ignore' });
  };
  control('restart');
  return {
    ...server,
    async stop() {
      control('stop');
      await server.stop();
    },
  };
}
