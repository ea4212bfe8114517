import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../../../src/postgres/runner.ts';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { Tracer } from '../../../src/rehearsal/trace/tracer.ts';
import type { StatementTrace } from '../../../src/rehearsal/trace/types.ts';
import { Witness } from '../../../src/rehearsal/trace/witness.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

describe('a script without a transaction of ours', () => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(15);
    const admin = await server.connect('scripts');
    await admin.query('CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (id int)');
  });
  afterAll(() => server?.stop());

  async function follow(text: string) {
    const open = (): Promise<Session> => Session.open(server.config('scripts'));
    const [session, looker] = [await open(), await open()];
    try {
      const witness = new Witness(looker);
      await witness.begin();
      const tracer = new Tracer({ session, witness, openKeeper: open });
      const script = { path: 'a.sql', text };
      const outcome = await runScript(session, { script, execution: 'autocommit', observer: tracer });
      return { outcome, traces: tracer.traces ?? [] };
    } finally {
      await Promise.all([session.close(), looker.close()]);
    }
  }

  const locked = ({ statement, locks, committed }: StatementTrace): string =>
    `${statement} ${locks.map(({ relation, mode }) => `${relation.name} ${mode}`).join(' ')}${committed ? '; committed' : ''}`;

  it('may have one of its own: nobody waits for the locks that it holds itself, and they are let go with it', async () => {
    const { outcome, traces } = await follow(`BEGIN;
      ALTER TABLE t ADD COLUMN b int;
      UPDATE t SET b = 0;
      COMMIT;
      CREATE INDEX CONCURRENTLY t_b ON t (b);
      BEGIN;
      ALTER TABLE u ADD COLUMN b int;
      COMMIT;`);
    expect(outcome.status).toBe('applied');
    expect(traces.map(locked)).toEqual([
      '1 public.t AccessExclusiveLock',
      expect.stringMatching(/^2 .*RowExclusiveLock.*; committed$/),
      '4 public.t ShareUpdateExclusiveLock; committed',
      '6 public.u AccessExclusiveLock',
    ]);
  });

  it.each(['LOCK TABLE t', 'DECLARE c CURSOR FOR SELECT 1'])('has %s refused, as the deploy would', async (sql) => {
    const { outcome } = await follow(`${sql};`);
    expect(outcome.error?.sqlstate).toBe('25P01');
  });
});
