import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultServer } from './server.ts';

/** An application that keeps taking locks on whatever tables there are, the ledger's included, in short and long bursts. */
export function startStorm(server: FaultServer, database: string, random: () => number): { stop(): Promise<number> } {
  let stopped = false;
  let taken = 0;
  const storm = async (): Promise<void> => {
    const client = await server.connect(database);
    while (!stopped) {
      const { rows } = await client.query<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE relkind IN ('r', 'p') AND nspname IN ('public', 'lockstep')`,
      );
      const name = rows[Math.floor(random() * rows.length)]?.name;
      const mode = random() < 0.6 ? 'ACCESS EXCLUSIVE' : random() < 0.5 ? 'ACCESS SHARE' : 'SHARE';
      if (name !== undefined) {
        await client.query(`BEGIN; SET LOCAL lock_timeout = '300ms'; LOCK TABLE ${name} IN ${mode} MODE`).then(
          async () => {
            taken += 1;
            await sleep(random() < 0.3 ? 400 + random() * 600 : random() * 80);
          },
          () => {},
        );
        await client.query('ROLLBACK');
      }
      await sleep(random() * 120);
    }
    await client.end();
  };
  const running = Promise.all([storm(), storm()]);
  return {
    async stop() {
      stopped = true;
      await running;
      return taken;
    },
  };
}
