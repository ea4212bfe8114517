import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../../src/commands/rule-descriptions.ts';
import type { Report } from '../../../src/report/model.ts';
import { deploys } from '../../fixtures/deploys.ts';
import { sampleReports } from '../../fixtures/reports.ts';
import { verdicts } from '../../fixtures/verdicts.ts';

const samples: Readonly<Record<string, Report>> = { ...sampleReports, ...verdicts, ...deploys };
const rules = new Map(ruleDescriptions().map((rule) => [rule.name, rule]));
const troubleshooting = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** Goldens are made of them, and so is what people see of Lockstep before they have it. */
describe.each(Object.entries(samples))('the sample %s shows nothing that the program does not say', (_, report) => {
  it('of a rule', () => {
    for (const { rule, source, title, help, docsUrl } of report.findings) {
      const { severity: _severity, name: _name, why: _why, ...told } = rules.get(rule) ?? {};
      expect({ source, title, help, docsUrl }, rule).toEqual(told);
    }
  });

  it('of an error', () => {
    if (report.error !== undefined) expect(troubleshooting).toContain(`| \`${report.error.code}\` |`);
    // A run on a target may end early, and yet know how far it came.
    const ended = report.command === 'check' ? ['error'] : ['error', 'failed', 'partial', 'refused'];
    expect(report.error === undefined || ended.includes(report.result)).toBe(true);
    if (report.result === 'error') expect(report.error).toBeDefined();
  });

  it('of a lock: a relation there has its schema', () => {
    const locks = report.migrations.flatMap(({ up }) => up?.statements ?? []).flatMap(({ locks = [] }) => locks);
    expect(locks.filter(({ relation }) => !relation.includes('.'))).toEqual([]);
  });
});
