import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../bench/lint/migrate.mjs';
import { BASE, readSet } from '../../../bench/lint/set.mjs';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

let postgres: ScratchPostgres;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  const base = await postgres.connect('base');
  await base.query(BASE.sql);
  await base.end();
});

afterAll(() => postgres.stop());

it('each migration of the labelled set runs on its base schema without rows', async () => {
  const failed: string[] = [];
  for (const [index, migration] of readSet().entries()) {
    const database = `set_${index}`;
    await (await postgres.connect(database, { template: 'base' })).end();
    const { failed: failure } = await migrate(postgres.config(database), migration);
    if (failure) failed.push(`${migration.name}: ${failure.message}`);
  }
  expect(failed).toEqual([]);
});
