import { type Guarded, guard } from '../../src/lint/guard.ts';
import type { RuleContext } from '../../src/lint/types.ts';
import { numbered } from '../../src/project/layouts/numbered.ts';
import type { Execution, Script } from '../../src/project/types.ts';
import { migration, policy } from './change-set.ts';

/** Asks the rules that protect databases about one up script. `loadParser` must have resolved. */
export function guarded(
  sql: string,
  options: { execution?: Execution; half?: 'up' | 'down'; history?: readonly Script[] } = {},
): Guarded {
  const one = migration('migrations/007_orders.sql', sql, options);
  const half = options.half ?? 'up';
  const [result] = guard(
    [{ migration: one, half, script: one.up, full: half === 'up' }],
    ruleContext(),
    options.history,
  );
  if (result === undefined) throw new Error('no script was read');
  return result;
}

export function ruleContext(changes: Partial<RuleContext> = {}): RuleContext {
  return {
    policy: policy(),
    layout: numbered,
    now: new Date('2025-03-01T12:00:00Z'),
    newestVersion: '007',
    ...changes,
  };
}

/** 'line severity rule' of each finding. */
export function said({ findings }: Pick<Guarded, 'findings'>): string[] {
  return findings.map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);
}
