import { beforeAll, expect, test } from 'vitest';
import { judgeMigration } from '../../../src/judgement/rehearsed.ts';
import { layoutNamed } from '../../../src/project/layouts/detect.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { MigrationRehearsal } from '../../../src/rehearsal/rounds.ts';
import { migration } from '../../support/change-set.ts';

beforeAll(loadParser);

test.each([
  ['goose', '`-- +goose NO TRANSACTION`'],
  ['dbmate', '`-- migrate:up transaction:false`'],
  ['atlas', '`-- atlas:txmode none`'],
  ['flyway', '`executeInTransaction=false`'],
  ['node-pg-migrate', '`-- lockstep: no-transaction`'],
  ['graphile-migrate', '`--! no-transaction`'],
  ['numbered', '`-- lockstep: no-transaction`'],
])('what refuses a transaction is told in the words of %s alone', (tool, word) => {
  const error = { message: 'VACUUM cannot run inside a transaction block', sqlstate: '25001', line: 1 };
  const up = { status: 'failed', durationMs: 1, statements: [], error };
  const item = { migration: migration('007_m.sql', 'VACUUM'), round: { up } } as unknown as MigrationRehearsal;
  const [found] = judgeMigration(item, ['public'], layoutNamed(tool).aloneNote).findings;
  expect(found?.help).toContain(word);
  expect(found?.help.match(/`/g)?.length).toBeLessThanOrEqual(4);
});
