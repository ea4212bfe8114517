import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../../src/project/place.ts';
import type { Finding, MigrationReport, Report, SchemaDiff } from '../../../../src/report/model.ts';
import { renderReport } from '../../../../src/report/terminal/report.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { blocked, passed, sampleReports, upFailed } from '../../../fixtures/reports.ts';
import { everything, told } from '../../../support/reports/everything.ts';
import { withTexts } from '../../../support/reports/free-texts.ts';

// A run without a verdict has no report at a terminal.
const { errored: _, ...verdicts } = sampleReports;
const { unreachable: __, nothingToResolve: ___, ...answers } = deploys;

const render = (report: Report, width = 100): string => renderReport(report, { color: false, width });

function note(rule: string, line: number, rest: Partial<Finding> = {}): Finding {
  const [first] = blocked.findings;
  if (first === undefined) throw new Error('the sample has findings');
  const { suggestion: _, excerpt: __, impact: ___, ...finding } = first;
  return { ...finding, rule, line, endLine: line, severity: 'info', ...rest };
}

describe("the terminal's report", () => {
  for (const [name, report] of Object.entries(verdicts)) {
    it.each([80, 120])(`${name} in %i columns`, async (width) => {
      const text = render(report, width);
      await expect(text).toMatchFileSnapshot(`golden/${name}-${width}.txt`);
      const tooLong = text.split('\n').filter((line) => line.length > width);
      expect(tooLong).toEqual([]);
    });
  }

  for (const [name, report] of Object.entries(answers)) {
    it(`${name} on a target`, async () => {
      const text = render(report, 100);
      await expect(text).toMatchFileSnapshot(`golden/target/${name}.txt`);
      expect(text.split('\n').filter((line) => line.length > 100 && !line.includes('/home/runner/'))).toEqual([]);
    });
  }

  it('is coloured when it may be, and the same text otherwise', async () => {
    const colored = renderReport(blocked, { color: true, width: 100 });
    expect(colored).toContain('\u001b[31mblock\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the colours.
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render(blocked));
  });

  it('says the verdict first', () => {
    const first = Object.values(verdicts).map((report) => render(report).split('\n')[0]);
    expect(first).toEqual([
      '✓ 2 migrations: passed, no findings (1.9 s)',
      '✗ 2 migrations: 1 blocks writes on `orders`, 1 more finding blocks, 1 warning, 1 suppressed (4.2 s)',
      '✗ 2 migrations: 1 fails (2.4 s)',
      '✗ 1 migration: its down script does not undo it (1.7 s)',
      '✓ no migration changed (61 ms)',
    ]);
  });

  it('breaks a long verdict between its words', () => {
    const impact = { blocks: 'writes' as const, relations: ['a', 'b', 'c'].map((name) => name.repeat(40)) };
    const lines = render({ ...blocked, findings: [note('x', 1, { severity: 'block', impact })] }, 80).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '✗ 2 migrations: 1 blocks writes on',
      `  \`${'a'.repeat(40)}\`,`,
      `  \`${'b'.repeat(40)}\` and`,
      `  \`${'c'.repeat(40)}\` (4.2 s)`,
    ]);
  });

  it('tells in an entry what waits', () => {
    const impact = { blocks: 'writes' as const, relations: ['public.orders', 'app.users'] };
    const text = render({ ...blocked, findings: [note('x', 1, { severity: 'block', impact })] });
    expect(text).toContain('\n         While it runs, writes on orders, app.users wait.\n');
    const long = { ...impact, relations: [`\u001b[2J${'a'.repeat(200)}`] };
    const lines = render({ ...blocked, findings: [note('x', 1, { severity: 'block', impact: long })] }, 80).split('\n');
    expect(lines.find((line) => line.includes('While it runs'))).toMatch(/^ {9}.*…? wait\.$/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says of an example that it is one, and not of what was made for the place', () => {
    const help = 'Do it so:\nDROP TABLE example;';
    const told = (rest: Partial<Finding>): string =>
      render({ ...blocked, findings: [note('x', 1, { severity: 'block', help, ...rest })] });
    expect(told({})).toContain('-- for example:\n           DROP TABLE example;');
    expect(told({ suggestion: 'DROP TABLE mine;' })).not.toContain('example');
  });

  it('does not call tests ok that the time limit ended', () => {
    const run = { phase: 'after', command: 'npm test', exitCode: 0, durationMs: 1, timedOut: true };
    expect(render({ ...passed, result: 'blocked', tests: [run] })).toContain('npm test  ended by the time limit');
  });

  it('is short when all is well', () => {
    expect(render(passed).trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });

  it('obeys nothing that stands in SQL, file names or errors', () => {
    const hostile = '\u001b[2J\u001b]0;pwned\u0007\u202eevil\u2066\r\u009b31m\u200b\u2028';
    for (const report of Object.values({ ...verdicts, ...answers, everything, told })) {
      const spoiled = withTexts(report, (text, _, length) => (hostile + text).slice(0, length));
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
    expect(text).toContain('12 notes: 8 prefer-text-field, 4 prefer-identity (--report FILE has all)');
    expect(text).not.toContain('info ');
    expect(render({ ...blocked, findings: many.slice(0, 3) })).toContain('info   1:1  prefer-text-field');
  });

  it('is no wall when one rule is broken a hundred times, and names every place that blocks', () => {
    const many = Array.from({ length: 100 }, (_, index) => note('some-rule', index + 1, { severity: 'block' }));
    const text = render({ ...blocked, findings: many });
    expect(text).toContain('100 findings block');
    const [, also = ''] = text.split('\n\nAlso block\n');
    expect(also.split('\n\n')[0]?.split('\n')).toEqual(
      Array.from({ length: 95 }, (_, index) => `  db/migrations/013_orders.sql:${index + 6}  some-rule`),
    );
  });

  it('counts the warnings of a rule that is broken often', () => {
    const many = Array.from({ length: 8 }, (_, index) =>
      note(index < 5 ? 'some-rule' : 'other-rule', index + 1, { severity: 'warn' }),
    );
    const text = render({ ...passed, findings: many.slice(0, 5) });
    expect(text).toContain('passed, 5 warnings (');
    expect(text).toContain('\nAnd 2 more warnings: 2 some-rule (--report FILE has all)\n');
    expect(render({ ...passed, findings: many.slice(0, 4) })).toContain('\nAnd 1 more warning: 1 some-rule (');
  });

  it.each([
    ['no findings', []],
    ['1 note', [note('x', 1)]],
    ['no open findings, 1 suppressed', [note('x', 1, { severity: 'block', suppressed: { reason: 'why' } })]],
    ['1 note, 1 suppressed', [note('x', 1), note('y', 1, { severity: 'block', suppressed: { reason: 'why' } })]],
    ['1 warning', [note('x', 1, { severity: 'warn' }), note('y', 1)]],
  ])('says what is open: %s', (words, findings) => {
    expect(render({ ...passed, findings }).split('\n')[0]).toBe(`✓ 2 migrations: passed, ${words} (1.9 s)`);
  });

  it('shows of a long reason the beginning', () => {
    const reason = `first ${'and then '.repeat(40)}\nsecond line`;
    const text = render({ ...passed, findings: [note('x', 3, { severity: 'block', suppressed: { reason } })] }, 80);
    const [, lines = ''] = text.split('\nSuppressed\n');
    const [place, shown, end] = lines.split('\n');
    expect(place).toBe('  block  x  db/migrations/013_orders.sql:3');
    expect(shown).toMatch(/^ {9}first and then .*…$/);
    expect(shown?.length).toBe(80);
    expect(end).toBe('');
  });
});

describe('many migrations', () => {
  const [first] = passed.migrations;
  if (first === undefined) throw new Error('the sample has migrations');
  const alike = (number: number, prefix: string, rest: Partial<MigrationReport> = {}): MigrationReport[] =>
    Array.from({ length: number }, (_, index) => ({
      ...first,
      id: `${prefix}_${index}`,
      path: `db/${prefix}_${index}.sql`,
      ...rest,
    }));
  const lines = (migrations: MigrationReport[], findings: Finding[] = []): string[] => {
    const [, text = ''] = render({ ...passed, result: 'blocked', migrations, findings }).split('\nMigrations\n');
    return (text.split('\n\n')[0] ?? '').split('\n');
  };

  it('are counted by how they went, and those with more to tell are shown', () => {
    const failed: Partial<MigrationReport> = {
      status: 'failed',
      up: { status: 'failed', durationMs: 1, statements: [] },
    };
    const { up: _, down: __, ...unrun } = { ...first, status: 'not-run' as const };
    expect(
      lines([
        ...alike(40, '1'),
        ...alike(3, '2', { down: { status: 'missing' } }),
        ...alike(1, '3', failed),
        ...alike(1, '4', { down: { status: 'irreversible', difference: ['why'] } }),
        ...Array.from({ length: 5 }, (_, index) => ({ ...unrun, id: `5_${index}`, path: `5_${index}` })),
      ]),
    ).toEqual([
      '  3_0  up fails, down proven in 5 ms',
      '  4_0  up ok in 12 ms, irreversible',
      '    why',
      '  40 migrations ran up and down without remark (--report FILE has all)',
      '  3 migrations ran up, no down (--report FILE has all)',
      '  5 migrations did not run (--report FILE has all)',
    ]);
  });

  it.each([
    ['block', undefined, true],
    ['warn', undefined, true],
    ['info', undefined, false],
    ['block', { reason: 'why' }, false],
  ] as const)('a finding that is %s (suppressed: %j) is a remark: %s', (severity, suppressed, isRemark) => {
    const found = note('x', 1, { path: 'db/1_7.sql', severity, ...(suppressed && { suppressed }) });
    const all = '(--report FILE has all)';
    expect(lines(alike(40, '1'), [found])).toEqual(
      isRemark
        ? [
            `  39 migrations ran up and down without remark ${all}`,
            `  1 migration ran up and down, findings above ${all}`,
          ]
        : [`  40 migrations ran up and down without remark ${all}`],
    );
  });
});

describe('an error of Postgres', () => {
  const [failed] = upFailed.migrations;
  const [told] = upFailed.findings;
  if (failed?.up?.error === undefined || told === undefined) throw new Error('the sample has an error');
  const error = { ...failed.up.error, sqlstate: '25001', message: 'cannot run inside a transaction block' };
  const migrations = [{ ...failed, up: { ...failed.up, error } }];
  const times = (findings: Finding[]): number =>
    render({ ...upFailed, migrations, findings }).split(error.message).length - 1;
  const lint = { ...told, source: 'lockstep', message: 'said in other words' } as const;

  it.each<[string, Finding[], number]>([
    ['told by no finding', [], 1],
    ['told by the rehearsal', [{ ...told, message: error.message }], 1],
    ['told by a rehearsal that only warns', [{ ...told, severity: 'warn', message: error.message }], 1],
    ['foretold by lint for another line', [{ ...lint, rule: 'mixed-transaction', line: 2 }], 0],
    ['beside what lint blocks on the same line', [lint], 0],
    ['beside what lint warns of on the same line', [{ ...lint, severity: 'warn' }], 1],
    ['beside a finding elsewhere', [{ ...lint, line: 2 }], 1],
    ['beside a finding of another file', [{ ...lint, rule: 'mixed-transaction', path: 'x' }], 1],
    ['suppressed', [{ ...told, message: error.message, suppressed: { reason: 'why' } }], 1],
  ])('%s is told %s', (_, findings, expected) => {
    expect(times(findings)).toBe(expected);
  });

  it('of another kind is not foretold by mixed-transaction', () => {
    const other = { ...error, sqlstate: '42703' };
    const findings: Finding[] = [{ ...lint, rule: 'mixed-transaction', line: 2 }];
    const report = {
      ...upFailed,
      findings,
      migrations: [{ ...failed, up: { status: 'failed' as const, durationMs: 1, statements: [], error: other } }],
    };
    expect(render(report)).toContain(error.message);
  });
});

describe('the schema', () => {
  const table = (index: number, rest: Partial<SchemaDiff['tables'][number]> = {}): SchemaDiff['tables'][number] => ({
    name: `public.t${index}`,
    kind: 'table',
    change: 'added',
    lines: ['+ column a int', '+ column b int'],
    ...rest,
  });
  const section = (tables: SchemaDiff['tables']): string[] => {
    const [, text = ''] = render({ ...passed, schemaDiff: { tables } }).split('\nSchema\n');
    return text.split('\nTests')[0]?.split('\n') ?? [];
  };

  it('is cut table by table', () => {
    const lines = section(Array.from({ length: 1000 }, (_, index) => table(index)));
    expect(lines).toHaveLength(12 * 3 + 1);
    expect(lines.at(-1)).toBe('  … and 988 more tables (--report FILE has all)');
  });

  it('shows fewer tables when there is more to tell of each, and none by half', () => {
    const long = table(0, { lines: Array.from({ length: 20 }, (_, index) => `+ column c${index} int`) });
    const lines = section([...Array.from({ length: 8 }, () => long), table(9, { kind: 'enum' })]);
    expect(lines.filter((line) => line.includes('table added'))).toHaveLength(5);
    expect(lines.at(-2)).toContain('… 15 more changes');
    expect(lines.at(-1)).toBe('  … and 4 more objects (--report FILE has all)');
  });
});

describe('a caret', () => {
  it.each([
    ['/* 漢字🙂 */ ALTER TABLE t DROP COLUMN c;', 'ALTER', 13],
    ["COMMENT ON TABLE t IS 'e\u0301\u{1f468}\u200d\u{1f469}' DROP", 'DROP', 28],
    ['SELECT \u{e0041}x', 'x', 8],
    ['\u200bSELECT x', 'x', 8],
  ])('stands below its place, however wide what stands before it: %s', (sql, word, column) => {
    const found = note('x', 7, {
      severity: 'block',
      excerpt: excerpt('\n'.repeat(6) + sql, { line: 7, column: sql.indexOf(word) + 1 }),
    });
    const lines = render({ ...blocked, findings: [found] }).split('\n');
    const caret = lines.find((line) => line.trim() === '^');
    expect(caret).toBe(`${' '.repeat('         7 | '.length + column)}^`);
  });

  it('stands below its place in a long line of wide characters', () => {
    const sql = `/* ${'漢'.repeat(45)} */ DROP TABLE x`;
    const found = note('x', 7, {
      severity: 'block',
      excerpt: excerpt('\n'.repeat(6) + sql, { line: 7, column: sql.indexOf('DROP') + 1 }),
    });
    const lines = render({ ...blocked, findings: [found] }, 60).split('\n');
    const caret = lines.findIndex((line) => line.trim() === '^');
    const before = lines[caret - 1]?.split('DROP')[0] ?? '';
    expect(lines[caret]?.indexOf('^')).toBe(
      before.length + [...before].filter((character) => character === '漢').length,
    );
    expect(lines[caret]?.length).toBeLessThan(60);
  });
});
