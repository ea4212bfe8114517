import { describe, expect, it } from 'vitest';
import type { Finding, Report } from '../../../../src/report/model.ts';
import { renderReport } from '../../../../src/report/terminal/report.ts';
import { blocked, passed, sampleReports } from '../../../fixtures/reports.ts';

const render = (report: Report, width = 100): string => renderReport(report, { color: false, width });

/** Every text inside a value replaced. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

function note(rule: string, line: number, rest: Partial<Finding> = {}): Finding {
  const [first] = blocked.findings;
  if (first === undefined) throw new Error('the sample has findings');
  const { suggestion: _, excerpt: __, ...finding } = first;
  return { ...finding, rule, line, endLine: line, severity: 'info', ...rest };
}

describe("the terminal's report", () => {
  for (const [name, report] of Object.entries(sampleReports)) {
    it.each([80, 120])(`${name} in %i columns`, async (width) => {
      const text = render(report, width);
      await expect(text).toMatchFileSnapshot(`golden/${name}-${width}.txt`);
      const tooLong = text.split('\n').filter((line) => line.length > width);
      expect(tooLong).toEqual([]);
    });
  }

  it('is coloured when it may be, and the same text otherwise', async () => {
    const colored = renderReport(blocked, { color: true, width: 100 });
    expect(colored).toContain('\u001b[31mblock\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the colours.
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render(blocked));
  });

  it('says the verdict first', () => {
    const first = Object.values(sampleReports).map((report) => render(report).split('\n')[0]);
    expect(first).toEqual([
      '✓ 2 migrations: passed, no findings (1.9 s)',
      '✗ 2 migrations: blocked, 3 findings block, 1 warns, 1 suppressed (4.2 s)',
      '✗ 2 migrations: blocked, 1 fails, the tests fail, 1 finding blocks (2.4 s)',
      '✗ 1 migration: blocked, 1 finding blocks (1.7 s)',
      '✓ no migration changed: nothing to do (61 ms)',
      '✗ no verdict (38 ms)',
    ]);
  });

  it('is short when all is well', () => {
    expect(render(passed).trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });

  it('obeys nothing that stands in SQL, file names or errors', () => {
    const hostile = '\u001b[2J\u001b]0;pwned\u0007\u202eevil\u2066\r\u009b31m\u200b\u2028';
    for (const report of Object.values(sampleReports)) {
      const spoiled = mapTexts(report, (text) => (/^[a-z-]+$/.test(text) ? text : hostile + text)) as Report;
      const obeyed = [...render(spoiled)].filter(
        (character) => hostile.includes(character) && !/\w|[[\];]/.test(character),
      );
      expect(obeyed).toEqual([]);
    }
  });

  it('keeps a caret below its place in a long line', () => {
    const sql = `ALTER TABLE t ${'ADD COLUMN c int, '.repeat(4)}`;
    const excerpt = `12 | ${sql}DROP x;\n${' '.repeat(5 + sql.length)}^`;
    const text = render({ ...blocked, findings: [note('x', 12, { severity: 'block', excerpt })] }, 60);
    const lines = text.split('\n');
    const caret = lines.findIndex((line) => line.trim() === '^');
    const column = lines[caret]?.indexOf('^') ?? -1;
    expect(lines[caret - 1]?.slice(column, column + 4)).toBe('DROP');
    expect(lines[caret - 1]?.length).toBeLessThanOrEqual(60);
  });

  it('counts notes by rule when there are many, and shows a few', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      note(index < 8 ? 'prefer-text-field' : 'prefer-identity', index + 1),
    );
    const text = render({ ...blocked, findings: many });
    expect(text).toContain('12 notes: prefer-text-field 8, prefer-identity 4 (--report FILE has all)');
    expect(text).not.toContain('info ');
    expect(render({ ...blocked, findings: many.slice(0, 3) })).toContain('info   1:1  prefer-text-field');
  });

  it('is no wall when one rule is broken a hundred times', () => {
    const many = Array.from({ length: 100 }, (_, index) => note('some-rule', index + 1, { severity: 'block' }));
    const text = render({ ...blocked, findings: many });
    expect(text).toContain('100 findings block');
    expect(text).toContain('and block some-rule 95 (--report FILE has all)');
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('counts the migrations without remark when there are many', () => {
    const [first] = passed.migrations;
    if (first === undefined) throw new Error('the sample has migrations');
    const fine = Array.from({ length: 40 }, (_, index) => ({ ...first, id: `${index}_x` }));
    const bad = {
      ...first,
      id: '99_bad',
      status: 'failed' as const,
      up: { status: 'failed' as const, durationMs: 1, statements: [] },
    };
    const text = render({ ...passed, migrations: [...fine, bad] });
    expect(text).toContain('99_bad  up failed');
    expect(text).toContain('40 migrations ran up and down without remark');
    expect(text).not.toContain('17_x');
  });
});
