import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../../../src/postgres/runner.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { Tracer } from '../../../src/rehearsal/trace/tracer.ts';
import { Witness } from '../../../src/rehearsal/trace/witness.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

const STATEMENTS = 100;
const TOUCHED = 10;

/** The machine may be busy; a trace that read the whole catalog would take twenty times as long on the larger schema. */
describe('following a script', () => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(15);
  });
  afterAll(() => server?.stop());

  async function overheadMs(tables: number): Promise<number> {
    const database = `tables_${tables}`;
    const admin = await server.connect(database);
    await admin.query(`DO $$ BEGIN FOR i IN 1..${tables} LOOP
      EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY)', i);
      IF i % 200 = 0 THEN COMMIT; END IF;
    END LOOP; END $$`);
    const text = Array.from(
      { length: STATEMENTS },
      (_, at) => `ALTER TABLE t${(at % TOUCHED) + 1} ADD COLUMN c${at} int;`,
    );
    const script = { path: 'a.sql', text: text.join('\n') };
    const open = (): Promise<Session> => Session.open(server.config(database));
    const timed = async (isTraced: boolean): Promise<number> => {
      const [session, looker] = [await open(), await open()];
      const witness = new Witness(looker);
      await witness.begin();
      const observer = isTraced ? new Tracer({ session, witness, openKeeper: open }) : undefined;
      const started = performance.now();
      // Rolled back, so that each run finds the same.
      await runScript(session, { script, execution: 'transaction', record: 'SELECT 1 / 0', observer });
      const took = performance.now() - started;
      if (isTraced) expect(observer?.traces).toHaveLength(STATEMENTS + 1);
      await Promise.all([session.close(), looker.close()]);
      return took;
    };
    const best = async (isTraced: boolean): Promise<number> =>
      Math.min(await timed(isTraced), await timed(isTraced), await timed(isTraced));
    return (await best(true)) / STATEMENTS - (await best(false)) / STATEMENTS;
  }

  it('costs little a statement, however many tables the schema has', async () => {
    const few = await overheadMs(20);
    const many = await overheadMs(3_000);
    console.info(`following a statement: ${few.toFixed(2)} ms among 20 tables, ${many.toFixed(2)} ms among 3,000`);
    expect(few).toBeLessThan(15);
    expect(many).toBeLessThan(Math.max(15, few * 3));
  });
});
