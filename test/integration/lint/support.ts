import { findSquawk } from '../../../src/lint/find-squawk.ts';
import { lint } from '../../../src/lint/lint.ts';
import type { LintInput, LintResult } from '../../../src/lint/types.ts';
import { numbered } from '../../../src/project/layouts/numbered.ts';
import type { ChangeSet } from '../../../src/project/types.ts';
import { policy } from '../../support/change-set.ts';

/** Lint with the real Squawk from node_modules. */
export async function lintOf(changeSet: ChangeSet, input: Partial<LintInput> = {}): Promise<LintResult> {
  return lint({
    changeSet,
    policy: policy(),
    squawkConfig: undefined,
    postgresMajor: 17,
    squawkBinary: await squawkBinary(),
    layout: numbered,
    now: new Date('2025-03-01T12:00:00Z'),
    otherRules: [],
    ...input,
  });
}

export function squawkBinary(): Promise<string> {
  return findSquawk({ from: import.meta.filename, toolDirectory: '/nonexistent', env: {} });
}

/** 'path:line severity rule', with '(suppressed)' where it is. */
export function brief(result: Pick<LintResult, 'findings'>): string[] {
  return result.findings.map(
    ({ path, line, severity, rule, suppressed }) =>
      `${path}:${line} ${severity} ${rule}${suppressed ? ' (suppressed)' : ''}`,
  );
}
