import { describe, expect, it } from 'vitest';
import { groupsByRule, openCounts, worstFirst } from '../../../src/report/findings.ts';
import type { Finding } from '../../../src/report/model.ts';

function finding(rule: string, about: Partial<Finding> = {}): Finding {
  return {
    rule,
    source: 'squawk',
    severity: 'block',
    path: 'db/1.sql',
    line: 1,
    endLine: 1,
    message: 'm',
    help: 'h',
    docsUrl: '',
    evidence: 'unproven',
    ...about,
  };
}

const impact: Finding['impact'] = { blocks: 'writes', relations: ['orders'] };
const suppressed = { reason: 'why' };

describe('the order of findings', () => {
  it('is that of the harm: running code, data, what else blocks, warnings, notes, what was let pass', () => {
    const ordered = [
      finding('any-rule', { impact }),
      finding('ban-drop-table'),
      finding('renaming-column'),
      finding('a-warning', { severity: 'warn', impact }),
      finding('a-note', { severity: 'info' }),
      finding('ban-drop-column', { suppressed }),
    ];
    expect(worstFirst([...ordered].reverse())).toEqual(ordered);
  });
});

describe('what is open', () => {
  it('is counted without what was let pass', () => {
    const all = [finding('a'), finding('b', { suppressed }), finding('c', { severity: 'warn' }), finding('d')];
    expect(openCounts(all)).toEqual({ open: 3, blocking: 2, warnings: 1, notes: 0, suppressed: 1 });
  });
});

describe('groups of findings', () => {
  const groups = (...all: Finding[]) =>
    groupsByRule(all, (item) => item).map(({ first, members }) => [
      first.rule,
      ...members.map(({ path, line }) => `${path}:${line}`),
    ]);

  it('hold one rule each, the worst first, file by file and from top to bottom', () => {
    expect(
      groups(
        finding('renaming-column', { line: 5 }),
        finding('ban-drop-table', { path: 'b', line: 7 }),
        finding('ban-drop-table', { path: 'a', line: 3 }),
        finding('ban-drop-table', { path: 'b', line: 2 }),
      ),
    ).toEqual([
      ['ban-drop-table', 'b:2', 'b:7', 'a:3'],
      ['renaming-column', 'db/1.sql:5'],
    ]);
  });

  it('keep apart what has another way out', () => {
    expect(groups(finding('a', { help: 'x' }), finding('a', { help: 'y' }))).toHaveLength(2);
  });
});
