import { describe, expect, it } from 'vitest';
import { capitalised, headline, headlineText, type Mood } from '../../../src/report/headline.ts';
import type { Finding, Impact, MigrationReport, Report } from '../../../src/report/model.ts';
import { deploys } from '../../fixtures/deploys.ts';
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

describe('the headline of a command on a target', () => {
  it.each<[keyof typeof deploys, string, Mood?]>([
    ['planned', '3 migrations to apply on `production`'],
    [
      'plannedWithBlockers',
      '3 migrations to apply on `production`, another run holds the lock now, 2 open transactions are in the way now, 2 invalid indexes',
    ],
    [
      'plannedUnseen',
      '1 migration to apply on `production`, 1 open transaction is in the way now, not all transactions are visible',
    ],
    ['planNoop', 'nothing to do on `production`, which is at `015_drop_full_name`'],
    ['planSuperseded', 'superseded: `production` has a later commit (`1a2b3c4`)'],
    [
      'planRefused',
      'refused on `production`: 2 applied migrations were edited, 1 pending migration sorts before an applied one',
      'bad',
    ],
    ['refusedEdited', 'refused on `production`: 2 applied migrations were edited', 'bad'],
    ['refusedMissing', 'refused on `production`: 1 applied migration is not in this commit', 'bad'],
    ['refusedOrder', 'refused on `production`: 1 pending migration sorts before an applied one', 'bad'],
    ['refusedUnfinished', 'refused on `production`: 1 migration was begun and not finished', 'bad'],
    ['refusedStatements', 'refused on `production`: a pending migration holds what no database may see', 'bad'],
    ['refusedBaseline', 'refused on `production`: it has tables, and no history of migrations', 'bad'],
    ['refusedPooler', 'refused on `production`: a pooler in transaction mode stands before it', 'bad'],
    ['refusedStandby', 'refused on `production`: the server is a standby', 'bad'],
    ['refusedApproval', 'refused on `production`: what would run is not what was approved', 'bad'],
    [
      'refusedUnknownCommit',
      'refused on `production`: the target is at commit 1a2b3c4d5e6f, and nobody can say whether ours is older',
      'bad',
    ],
    ['applied', '3 migrations applied on `production`'],
    ['appliedAfterTries', '2 migrations applied on `production`, `015_drop_full_name` after 4 failed tries'],
    [
      'partial',
      'apply stopped half-way on `production`: `015_drop_full_name` failed (55P03 lock timeout), 2 applied, 1 did not run',
      'bad',
    ],
    [
      'partialFile',
      'apply stopped half-way on `production`: `014_orders_by_email` stopped half-way (23505 duplicate values)',
      'bad',
    ],
    [
      'failed',
      'apply failed on `production`: `013_order_totals` failed (42703 column "totl" does not exist), nothing was applied, 1 did not run',
      'bad',
    ],
    ['smokeFailed', 'apply failed on `production`: the smoke command failed, 3 applied', 'bad'],
    ['cancelled', 'apply was cancelled on `production`: 1 applied, 1 did not run', 'bad'],
    [
      'busy',
      'busy on `production`: another run holds the lock (`lockstep apply acme/shop@1f0c7a5 run 8123`, for 12 min 41 s)',
      'bad',
    ],
    // That was asked for by on_busy: skip.
    [
      'skipped',
      'skipped on `production`: another run holds the lock (`lockstep apply acme/shop@1f0c7a5 run 8123`, for 12 min 41 s)',
    ],
    ['superseded', 'superseded: `production` has a later commit (`1a2b3c4`)'],
    ['noop', 'nothing to do on `production`, which is at `015_drop_full_name`'],
    ['statusClean', '`production` is at `003_change`, nothing pending'],
    [
      'status',
      '`production` is at `022_change`, 1 half-done, 1 edited since, 1 not in this commit, 2 pending, another run holds the lock now',
    ],
    ['verified', 'the schema of `staging` is what its migrations make'],
    ['differs', 'the schema of `staging` differs from what its migrations make: `orders` and `orders_copy`', 'bad'],
    ['baseline', '3 migrations recorded as applied on `production`, up to `003_products`'],
    [
      'baselineDiffers',
      'no baseline on `production`: its schema differs from what its migrations make: `orders` and `orders_copy`',
      'bad',
    ],
    ['baselineNoop', 'nothing to do on `production`, which is at `012_customers`'],
    ['resolved', 'settled on `production`'],
    ['nothingToResolve', 'no answer: 014_orders_by_email is neither failed nor half-done here.', 'unknown'],
    [
      'unreachable',
      'no answer: cannot connect to deployer@db.acme.example:5432/shop: connect ECONNREFUSED 10.0.0.7:5432 (tried for 60 s)',
      'unknown',
    ],
  ])('%s: %s', (name, expected, mood = 'good') => {
    expect(said(deploys[name])).toBe(expected);
    expect(headline(deploys[name]).mood).toBe(mood);
  });

  it('names at most three gates', () => {
    const all = [deploys.refusedEdited, deploys.refusedOrder, deploys.refusedBaseline, deploys.refusedStandby];
    const gates = all.flatMap(({ plan }) => plan?.gates ?? []);
    const { plan } = deploys.refusedEdited;
    if (plan === undefined) throw new Error('the sample has a plan');
    expect(said({ ...deploys.refusedEdited, plan: { ...plan, gates } })).toMatch(
      /tables, and no history.*, 1 more gate closed$/,
    );
  });

  it('tells findings and what is lost', () => {
    const report = { ...deploys.applied, findings: [finding('warn')] };
    expect(said(report)).toBe('3 migrations applied on `production`, 1 warning');
  });

  it('is one line, however long and broken a message is', () => {
    const [failed, ...rest] = deploys.failed.migrations;
    const error = { message: `${'word '.repeat(100)}\nmore`, sqlstate: 'XX000' };
    const up = { status: 'failed' as const, durationMs: 1, statements: [], error };
    const report: Report = {
      ...deploys.failed,
      migrations: [{ ...(failed ?? rest[0] ?? migration('1')), up }, ...rest],
    };
    expect(said(report)).toMatch(
      /^apply failed on `production`: `013_order_totals` failed \(XX000 (?:word )+[^\n]*…\), /,
    );
    expect(said(report).length).toBeLessThan(250);
  });
});

describe('names in a headline', () => {
  it('are set apart from the words, and cut', () => {
    const report = check({ result: 'blocked', findings: [finding('block', impact('writes', '🙂'.repeat(100)))] });
    const names = headline(report).phrases.flatMap((phrase) => (typeof phrase === 'string' ? [] : [phrase.name]));
    expect(names).toEqual([`${'🙂'.repeat(29)}…`]);
  });
});
