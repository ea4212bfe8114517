import { describe, expect, it } from 'vitest';
import type { PolicyFile } from '../../../src/commands/check-policy.ts';
import { basePolicy, judgingSettings } from '../../../src/commands/check-settings.ts';
import type { Overrides, Settings } from '../../../src/settings/types.ts';

const none: Overrides = {
  tool: undefined,
  migrationsDirectory: undefined,
  postgresVersion: undefined,
  testCommand: undefined,
};

interface Sides {
  readonly lockstep: readonly [base: string | undefined, head: string | undefined];
  readonly conf: readonly [base: string | undefined, head: string | undefined];
}

function judged({ lockstep, conf }: Sides, given: { tool?: string; policyFrom?: 'base' | 'head' } = {}) {
  const fileOf = (path: string, [base, head]: Sides['conf']): PolicyFile => ({ path, base, head });
  const [file, flywayConf] = [fileOf('lockstep.yml', lockstep), fileOf('flyway.conf', conf)];
  const { tool, policyFrom = 'base' } = given;
  const settings = { overrides: { ...none, tool }, database: undefined, policyFrom } as unknown as Settings;
  const baseHasPolicy = basePolicy(settings, file, flywayConf) !== undefined;
  return judgingSettings({ settings, file, flywayConf, baseHasPolicy, ruleNames: [] });
}

const FLYWAY = 'tool: flyway\n';
const [OLD, NEW] = [
  'flyway.placeholders.x=old\nflyway.locations=filesystem:old',
  'flyway.placeholders.x=new\nflyway.locations=filesystem:new',
];

describe('flyway.conf at both sides', () => {
  it.each([
    ['told by lockstep.yml', { lockstep: [FLYWAY, FLYWAY] }, {}, 'old'],
    ['told on the command line', { lockstep: [undefined, undefined] }, { tool: 'flyway' }, 'old'],
    ['told by the lockstep.yml that the change brings', { lockstep: [undefined, FLYWAY] }, {}, 'new'],
    ['with the policy of head', { lockstep: [FLYWAY, FLYWAY] }, { policyFrom: 'head' }, 'new'],
  ] as const)("the base's judges, and each says where its own migrations are: %s", (_, { lockstep }, given, x) => {
    const { policy, headLocation, baseLocation } = judged({ lockstep, conf: [OLD, NEW] }, given);
    expect(policy.rehearsal.placeholders).toEqual({ x });
    expect(headLocation.directory).toBe('new');
    expect(baseLocation?.directory).toBe(lockstep[0] === undefined && !('tool' in given) ? undefined : 'old');
  });

  it('counts for nothing where nobody says that the tool is Flyway', () => {
    const { policy, headLocation } = judged({ lockstep: ['', 'tool: auto\n'], conf: [OLD, 'flyway.group=true'] });
    expect(policy.rehearsal.placeholders).toEqual({});
    expect(headLocation.directory).toBeUndefined();
  });

  it('one that is refused at the base does not stop the change that mends it, and stops the one that does not', () => {
    const broken = 'flyway.group=true\n';
    const mended = judged({ lockstep: [undefined, undefined], conf: [broken, NEW] }, { tool: 'flyway' });
    expect(mended.holding.holds).toBe('head');
    expect(mended.policy.rehearsal.placeholders).toEqual({ x: 'new' });
    expect(mended.notices).toEqual([expect.stringContaining('flyway.conf on the base branch does not serve')]);
    expect(() => judged({ lockstep: [FLYWAY, FLYWAY], conf: [broken, broken] })).toThrow('flyway.conf:1');
  });
});
