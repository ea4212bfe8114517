import { describe, expect, it } from 'vitest';
import { fenced, needsFence } from '../../../src/commands/check-policy.ts';
import type { Overrides, RehearsalPolicy } from '../../../src/settings/types.ts';
import { policy } from '../../support/change-set.ts';

const overrides: Overrides = {
  tool: undefined,
  migrationsDirectory: undefined,
  postgresVersion: undefined,
  testCommand: undefined,
};

/** What a change could otherwise use to run as it likes, or to judge itself mildly. */
describe('settings that a change brings along', () => {
  const base = policy();
  it.each<Partial<RehearsalPolicy>>([
    { superuser: true },
    { setup: ['setup.sql'] },
    { schemaFile: 'schema.sql' },
    { seed: { files: ['seed.sql'], command: undefined, mode: 'extend' } },
    { seed: { files: [], command: 'make seed', mode: 'extend' } },
  ])('do not count: %j', (rehearsal) => {
    const brought = { ...base, rehearsal: { ...base.rehearsal, ...rehearsal } };
    expect(needsFence(brought, overrides)).toBe(true);
    expect(fenced(brought, overrides)).toEqual(base);
  });

  it('count where they run nothing', () => {
    const calm = { ...base, rehearsal: { ...base.rehearsal, extensions: ['citext'] } };
    expect(needsFence(calm, overrides)).toBe(false);
    expect(fenced(calm, overrides)).toEqual(calm);
  });
});
