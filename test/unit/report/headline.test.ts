import { describe, expect, it } from 'vitest';
import { capitalised, headline, headlineText } from '../../../src/report/headline.ts';
import type { Finding, Impact, MigrationReport, Report } from '../../../src/report/model.ts';
import { errored, noop, passed, sampleReports } from '../../fixtures/reports.ts';

const said = (report: Report): string => headlineText(headline(report));

function migration(id: string, rest: Partial<MigrationReport> = {}): MigrationReport {
  return { id, path: `db/${id}.sql`, change: 'added', status: 'applied', ...rest };
}

function finding(severity: Finding['severity'], rest: Partial<Finding> = {}): Finding {
  return {
    rule: 'some-rule',
    source: 'squawk',
    severity,
    path: 'db/1.sql',
    line: 1,
    endLine: 1,
    message: 'm',
    help: 'h',
    docsUrl: 'https://example.com',
    evidence: 'unproven',
    ...rest,
  };
}

function impact(blocks: Impact['blocks'], ...relations: string[]): Partial<Finding> {
  return { impact: { blocks, relations } };
}

const check = (rest: Partial<Report>): Report => {
  const { tests: _, ...report } = passed;
  return { ...report, ...rest };
};
const two = [migration('1'), migration('2')];
const one = [migration('1')];
const failedTests: Report['tests'] = [{ phase: 'after', command: 'npm test', exitCode: 1, durationMs: 1 }];
const suppressed = finding('block', { suppressed: { reason: 'why' } });

describe('the headline of a check', () => {
  it.each<[string, Partial<Report>]>([
    ['2 migrations: passed, no findings', {}],
    ['2 migrations: passed, 2 warnings', { findings: [finding('warn'), finding('warn'), finding('info')] }],
    ['1 migration: passed, 1 note', { migrations: one, findings: [finding('info')] }],
    ['2 migrations: passed, no open findings, 1 suppressed', { findings: [suppressed] }],
    ['2 migrations: passed, 1 warning, 1 suppressed', { findings: [finding('warn'), suppressed] }],
    ['no migration changed: passed, 1 warning', { migrations: [], findings: [finding('warn')] }],
    ['no migration changed', noop],
    ['no migration changed, 1 warning', { ...noop, findings: [finding('warn')] }],
  ])('%s', (expected, rest) => {
    const report = check(rest);
    expect(said(report)).toBe(expected);
    expect(headline(report).mood).toBe('good');
  });

  it.each<[string, Partial<Report>]>([
    ['2 migrations: 1 finding blocks', { findings: [finding('block')] }],
    ['2 migrations: 2 findings block, 1 warning', { findings: [finding('block'), finding('block'), finding('warn')] }],
    ['2 migrations: 1 fails', { migrations: [migration('1', { status: 'failed' }), migration('2')] }],
    ['2 migrations: 2 fail', { migrations: two.map((each) => ({ ...each, status: 'partial' as const })) }],
    ['1 migration: fails, the tests fail', { migrations: [migration('1', { status: 'failed' })], tests: failedTests }],
    [
      '2 migrations: the tests fail',
      { tests: [{ phase: 'after', command: 'x', exitCode: 0, durationMs: 1, timedOut: true }] },
    ],
    [
      '2 migrations: the tests fail',
      { tests: failedTests, findings: [finding('block', { rule: 'tests-fail', source: 'rehearsal' })] },
    ],
    ['2 migrations: 1 blocks writes on `orders`', { findings: [finding('block', impact('writes', 'public.orders'))] }],
    [
      '1 migration: blocks writes on `app.orders`',
      { migrations: one, findings: [finding('block', impact('writes', 'app.orders'))] },
    ],
    [
      '2 migrations: 2 block writes on `orders` and `users`',
      {
        findings: [
          finding('block', impact('writes', 'public.orders', 'users')),
          finding('block', { path: 'db/2.sql', ...impact('writes', 'orders') }),
        ],
      },
    ],
    [
      '2 migrations: 1 blocks reads and writes on `a`, `b` and 2 more, 1 blocks writes on `e`, 1 more finding blocks',
      {
        findings: [
          finding('block', { path: 'db/2.sql', ...impact('writes', 'e') }),
          finding('block', impact('reads and writes', 'a', 'b', 'c', 'd')),
          finding('block'),
        ],
      },
    ],
    [
      '2 migrations: 1 finding blocks, 1 warning',
      { findings: [finding('block'), finding('warn', impact('writes', 'orders'))] },
    ],
    [
      '2 migrations: 1 finding blocks, 1 suppressed',
      { findings: [finding('block'), { ...suppressed, ...impact('writes', 'orders') }] },
    ],
    [
      '2 migrations: 1 fails',
      {
        migrations: [migration('1', { status: 'failed' }), migration('2')],
        findings: [finding('block', { source: 'rehearsal', rule: 'migration-fails' })],
      },
    ],
    [
      '2 migrations: 1 down script fails',
      {
        migrations: [migration('1', { down: { status: 'failed' } }), migration('2')],
        findings: [finding('block', { source: 'rehearsal', rule: 'down-fails' })],
      },
    ],
    [
      '1 migration: its down script does not undo it',
      { migrations: [migration('1', { down: { status: 'different' } })] },
    ],
    [
      '2 migrations: 2 down scripts do not undo the up, 1 more finding blocks',
      {
        migrations: [migration('1', { down: { status: 'failed' } }), migration('2', { down: { status: 'different' } })],
        findings: [finding('block', { source: 'rehearsal' }), finding('block', { source: 'history' })],
      },
    ],
    ['2 migrations: blocked', {}],
  ])('%s', (expected, rest) => {
    const report = check({ result: 'blocked', ...rest });
    expect(said(report)).toBe(expected);
    expect(headline(report).mood).toBe('bad');
  });

  it('says of every sample what there is to say', () => {
    expect(
      Object.fromEntries(Object.entries(sampleReports).map(([name, report]) => [name, said(report)])),
    ).toMatchObject({
      upFailed: expect.stringMatching(/^2 migrations: 1 fails/),
      downDifferent: '1 migration: its down script does not undo it',
    });
  });
});

describe('what a change destroys', () => {
  const drops = (...all: string[][]): Partial<Report> => ({
    migrations: all.map((schemaDiff, index) => migration(`${index + 1}`, { schemaDiff })),
  });
  const dropTable = finding('block', { rule: 'ban-drop-table' });

  it.each<[string, Partial<Report>]>([
    [
      '1 migration: drops table `users`, 1 finding blocks',
      { ...drops(['- table public.users']), findings: [dropTable] },
    ],
    [
      '1 migration: fails, blocks writes on `orders`, drops column `users.email`, its down script fails',
      {
        migrations: [
          migration('1', {
            status: 'partial',
            schemaDiff: ["- column public.users.email text not null default 'x'"],
            down: { status: 'failed' },
          }),
        ],
        findings: [finding('block', impact('writes', 'public.orders'))],
      },
    ],
  ])('stands after what fails and blocks, and before the counts: %s', (expected, rest) => {
    expect(said(check({ result: 'blocked', ...rest }))).toBe(expected);
  });

  it.each<[string, Partial<Report>]>([
    [
      '1 migration: drops column `users.email`, passed, 1 suppressed',
      { ...drops(['- column public.users.email text']), findings: [suppressed] },
    ],
    ['1 migration: drops table `app.users`, passed, no findings', drops(['- table app.users'])],
    [
      '2 migrations: 2 drop tables `a` and `b`, 2 drop columns `c.x`, `c.y` and 2 more, passed, no findings',
      drops(
        ['- table public.a', '- column public.c.x text', '- column public.c.y text', '- column public.c.v text'],
        ['- table public.b', '- column public.c."z z" text'],
      ),
    ],
  ])('is told in a green headline as well: %s', (expected, rest) => {
    const report = check(rest);
    expect(said(report)).toBe(expected);
    expect(headline(report).mood).toBe('good');
  });

  it.each<[string, string[][]]>([
    ['a table that it has made', [['+ table public.a'], ['- table public.a']]],
    [
      'a table that it has made and renamed',
      [['+ table public.a'], ['~ table public.a renamed to public.b'], ['- table public.b']],
    ],
    ['a column that it has added', [['+ column public.a.x text'], ['- column public.a.x text']]],
    [
      'a column that it has added and renamed with its table',
      [
        ['+ column public.a.x text'],
        ['~ column public.a.x renamed to y', '~ table public.a renamed to public.b'],
        ['- column public.b.y text'],
      ],
    ],
    ['a column of a table that it has made', [['+ table public.a'], ['- column public.a.x text']]],
    ['what holds no data', [['- view public.a', '- index public.i on public.a', '~ column public.a.x: now nullable']]],
  ])('is not %s', (_, lines) => {
    expect(said(check(drops(...lines)))).toMatch(/^\d migrations?: passed, no findings$/);
  });

  it('is a table that is dropped and made again: its rows are gone', () => {
    expect(said(check(drops(['- table public.a'], ['+ table public.a'])))).toContain('1 drops table `a`');
  });

  it('is told of a deploy', () => {
    const report = check({ command: 'apply', result: 'applied', ...drops(['- table public.users']) });
    expect(said(report)).toBe('1 migration applied, drops table `users`');
  });
});

describe('a green headline', () => {
  const gap = { path: 'db/1.sql', reason: 'why' };

  it.each<[string, Partial<Report>]>([
    [
      '2 migrations: passed, no findings, 2 places not analysed',
      { coverage: { ...passed.coverage, notAnalysed: [gap, gap] } },
    ],
    [
      '2 migrations: passed, no open findings, 1 suppressed, 1 place not analysed',
      { findings: [suppressed], coverage: { ...passed.coverage, notAnalysed: [gap] } },
    ],
  ])('does not hide what nobody has analysed: %s', (expected, rest) => {
    expect(said(check(rest))).toBe(expected);
  });

  it('does not hide that nothing was rehearsed', () => {
    const { rehearsal: _, ...unrehearsed } = check({});
    expect(said(unrehearsed)).toBe('2 migrations: passed, no findings, not rehearsed');
    const deleted = migration('1', { change: 'deleted', status: 'not-run' });
    expect(said({ ...unrehearsed, migrations: [deleted] })).toBe('1 migration: passed, no findings');
  });
});

describe('a headline that stands by itself', () => {
  it('begins with a capital', () => {
    expect(headlineText(capitalised(headline(noop)))).toBe('No migration changed');
    expect(headlineText(capitalised(headline(check({}))))).toBe('2 migrations: passed, no findings');
  });
});

describe('the headline of a run without an answer', () => {
  it('says why, in one line', () => {
    expect(headline(errored)).toMatchObject({ mood: 'unknown' });
    expect(said({ ...errored, error: { code: 'x', message: 'the base is not in this clone\nmore' } })).toBe(
      'no answer: the base is not in this clone',
    );
    const long = { code: 'x', message: `${'word '.repeat(200)}\nmore` };
    expect(said({ ...errored, error: long }).length).toBeLessThan(220);
    const { error: _, ...unexplained } = errored;
    expect(said(unexplained)).toBe('no answer: an error');
  });
});

describe('the headline of a command with a target', () => {
  const target = { environment: 'production', database: 'shop', serverVersion: '17.10' };
  const statuses = (...all: MigrationReport['status'][]): MigrationReport[] =>
    all.map((status, index) => migration(`${index}`, { status }));

  it.each<[string, Partial<Report>, string]>([
    [
      '3 migrations pending on `production`',
      { command: 'plan', result: 'planned', migrations: statuses('pending', 'pending', 'pending') },
      'good',
    ],
    [
      '1 migration applied on `production`, 1 warning',
      { command: 'apply', result: 'applied', migrations: statuses('applied'), findings: [finding('warn')] },
      'good',
    ],
    [
      'apply: stopped half-way on `production`, 1 failed, 1 applied, 1 did not run',
      { command: 'apply', result: 'partial', migrations: statuses('applied', 'failed', 'not-run') },
      'bad',
    ],
    [
      'apply: failed on `production`, 1 failed',
      { command: 'apply', result: 'failed', migrations: statuses('failed') },
      'bad',
    ],
    ['apply: nothing to do on `production`', { command: 'apply', result: 'noop', migrations: [] }, 'good'],
    [
      'plan: refused on `production`, 2 pending, 1 finding blocks',
      { command: 'plan', result: 'refused', migrations: statuses('pending', 'pending'), findings: [finding('block')] },
      'bad',
    ],
    [
      'apply: busy, another run holds the lock on `production`',
      { command: 'apply', result: 'busy', migrations: [] },
      'bad',
    ],
    [
      'apply: superseded by a later commit on `production`',
      { command: 'apply', result: 'superseded', migrations: [] },
      'good',
    ],
    ['verify: passed on `production`', { command: 'verify', result: 'passed', migrations: [] }, 'good'],
  ])('%s', (expected, rest, mood) => {
    const report = { ...check(rest), target };
    expect(said(report)).toBe(expected);
    expect(headline(report).mood).toBe(mood);
  });
});

describe('names in a headline', () => {
  it('are set apart from the words, and cut', () => {
    const report = check({ result: 'blocked', findings: [finding('block', impact('writes', '🙂'.repeat(100)))] });
    const names = headline(report).phrases.flatMap((phrase) => (typeof phrase === 'string' ? [] : [phrase.name]));
    expect(names).toEqual([`${'🙂'.repeat(29)}…`]);
  });
});
