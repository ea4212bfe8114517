import { describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/report/model.ts';
import type { Phrase } from '../../../../src/report/phrases.ts';
import { type TargetLine, type TargetPart, targetParts } from '../../../../src/report/target/parts.ts';
import type { HistoryEntry, PlanReport } from '../../../../src/report/target-model.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { passed, sampleReports } from '../../../fixtures/reports.ts';
import { told } from '../../../support/reports/everything.ts';

const words = (phrases: readonly Phrase[]): string =>
  phrases.map((phrase) => (typeof phrase === 'string' ? phrase : phrase.name)).join('');

const written = ({ head, phrases }: TargetLine): string => (head === undefined ? '' : `${head}: `) + words(phrases);

function part(report: Report, id: string): TargetPart | undefined {
  return targetParts(report).find((each) => each.id === `target-${id}`);
}

const linesOf = (report: Report, id: string): string[] => (part(report, id)?.lines ?? []).map(written);

function withPlan(report: Report, rest: Partial<PlanReport>): Report {
  if (report.plan === undefined) throw new Error('the sample has a plan');
  return { ...report, plan: { ...report.plan, ...rest } };
}

it('a check says nothing of a target', () => {
  for (const report of Object.values(sampleReports)) expect(targetParts(report)).toEqual([]);
});

describe('where it was', () => {
  it('is told with the role only where that is not who logged in', () => {
    const { target } = deploys.planned;
    if (target === undefined) throw new Error('the sample has a target');
    expect(linesOf(deploys.planned, 'where')[0]).toBe('deployer@db.acme.example:5432/shop, Postgres 17.2');
    const other = { ...deploys.planned, target: { ...target, role: 'owner' } };
    expect(linesOf(other, 'where')[0]).toBe('deployer@db.acme.example:5432/shop as owner, Postgres 17.2');
  });

  it('names a pooler, and which of the databases it is', () => {
    expect(linesOf({ ...deploys.verified, database: 'billing' }, 'where')[0]).toBe(
      'reader@stage.acme.example:5432/shop, called billing in lockstep.yml, Postgres 17.2, through a pooler in session mode',
    );
  });

  it('is all that a run tells which had nothing to do', () => {
    for (const report of [deploys.noop, deploys.planNoop, deploys.baselineNoop])
      expect(targetParts(report).map(({ id, lines }) => [id, lines.length])).toEqual([['target-where', 1]]);
  });

  it('an invalid index is told even then', () => {
    const report = withPlan(deploys.planNoop, { invalidIndexes: ['public.a_idx'] });
    expect(linesOf(report, 'indexes')).toEqual(['public.a_idx: no query uses it, every write pays for it']);
  });
});

describe('who is in the way', () => {
  it('is told with what to look at', () => {
    const [session, prepared] = part(deploys.plannedWithBlockers, 'blockers')?.lines ?? [];
    expect(session && written(session)).toBe(
      'pid 4711, nightly-report of etl from 10.0.3.17, idle in transaction for 47 min 11 s',
    );
    expect(session?.details?.map(words)).toEqual([
      'has locked public.customers, public.orders',
      expect.stringMatching(/^last ran SELECT o\.\*, c\.name FROM orders o/),
    ]);
    expect(prepared && written(prepared)).toBe("prepared transaction 'tx-19' of app, prepared for 3 d 3 h");
  });

  it('is told without what the role may not see, and that it may not is told', () => {
    const { blockers } = deploys.plannedWithBlockers.plan ?? {};
    const [{ pid, application, user } = { pid: 0 }] = blockers?.sessions ?? [];
    const seen = { pid, application, user, relations: ['public.orders'] };
    const lines = part(
      withPlan(deploys.planned, { blockers: { visible: false, sessions: [seen] } }),
      'blockers',
    )?.lines;
    expect(lines?.map((line) => [written(line), line.details?.map(words)])).toEqual([
      ['pid 4711, nightly-report of etl', ['has locked public.orders']],
      [expect.stringMatching(/not visible to this role/), undefined],
    ]);
  });

  it('nobody is told as well, but only where everybody would be seen', () => {
    expect(linesOf(deploys.planned, 'blockers')).toEqual(['Nobody: no open transaction would make them wait.']);
    const unseen = withPlan(deploys.planned, { blockers: { visible: false, sessions: [] } });
    expect(linesOf(unseen, 'blockers').join()).toMatch(/not visible to this role/);
    expect(linesOf(unseen, 'blockers').join()).not.toContain('Nobody');
    expect(part(unseen, 'blockers')?.lines[0]?.help).toContain('GRANT pg_read_all_stats');
  });

  it('the grant is told once, where a notice has it to paste', () => {
    expect(part(deploys.plannedUnseen, 'blockers')?.lines.every(({ help }) => help === undefined)).toBe(true);
  });

  it('is nothing that anybody has looked for where nothing is pending', () => {
    expect(part(deploys.statusClean, 'blockers')).toBeUndefined();
  });
});

describe('an invalid index', () => {
  it('is rebuilt, and one that a rebuild has left is dropped', () => {
    const details = part(deploys.plannedWithBlockers, 'indexes')?.lines.flatMap((line) => line.details?.map(words));
    expect(details).toEqual([
      'REINDEX INDEX CONCURRENTLY public.orders_status_idx;',
      'DROP INDEX CONCURRENTLY public.orders_pkey_ccnew;',
    ]);
  });
});

describe('tables', () => {
  it('come by their size, in numbers that can be read', () => {
    const tables = [
      { name: 'public.a', rows: 1, bytes: 8_192 },
      { name: 'public.b', rows: 0, bytes: 0 },
      { name: 'public.c', rows: 1_500_000_000, bytes: 2 ** 41 },
    ];
    expect(linesOf(withPlan(deploys.planned, { tables }), 'tables')).toEqual([
      'public.c: 2 TB, about 1.5 billion rows',
      'public.a: 8 kB, 1 row',
      'public.b: 0 bytes, 0 rows',
    ]);
  });
});

describe('the history', () => {
  const entries = (number: number, rest: (index: number) => Partial<HistoryEntry> = () => ({})): HistoryEntry[] =>
    Array.from({ length: number }, (_, index) => ({
      id: `${index}_x`,
      status: 'applied',
      how: 'applied',
      inRepository: true,
      ...rest(index),
    }));
  const told = (all: HistoryEntry[]): string[] => {
    const { history } = deploys.status;
    if (history === undefined) throw new Error('the sample has a history');
    return linesOf({ ...deploys.status, history: { ...history, entries: all } }, 'history');
  };

  it('is told as far as it is new', () => {
    const lines = told(entries(500));
    expect(lines).toHaveLength(16);
    expect(lines[0]).toBe('485 older ones, as they should be');
    expect(lines.at(-1)).toBe('499_x: applied');
    expect(told(entries(15))).toHaveLength(15);
  });

  it.each<[Partial<HistoryEntry>, string]>([
    [{ edited: 'meaning' }, 'applied, EDITED since'],
    [{ inRepository: false }, 'applied, NOT in this commit'],
    [{ status: 'partial', statementsDone: 2, statements: 5 }, 'HALF-DONE: 2 of 5 statements'],
    [{ status: 'failed', how: 'tool' }, 'FAILED, by the word of its tool'],
  ])('is told in any case where it is not as it should be: %j', (rest, text) => {
    expect(told(entries(500, (index) => (index === 3 ? rest : {}))).slice(0, 2)).toEqual([
      '484 older ones, as they should be',
      `3_x: ${text}`,
    ]);
  });

  it('does not call an edited comment a trouble', () => {
    const lines = told(entries(20, (index) => (index === 0 ? { edited: 'cosmetic' } : {})));
    expect(lines[0]).toBe('5 older ones, as they should be');
  });
});

describe('tries that came to nothing', () => {
  it('are one line, and each that was in the way is named once', async () => {
    const { attemptLines } = await import('../../../../src/report/target/attempts.ts');
    const [, migration] = deploys.appliedAfterTries.migrations;
    if (migration === undefined) throw new Error('the sample has two migrations');
    expect(attemptLines(migration).map(written)).toEqual([
      '4 tries came to nothing, 16.0 s: 3 times canceling statement due to lock timeout (SQLSTATE 55P03), deadlock detected (SQLSTATE 40P01)',
      'in the way: pid 4711, nightly-report of etl from 10.0.3.17, idle in transaction for 47 min 11 s, in 2 of 4 tries',
    ]);
    const [first] = passed.migrations;
    expect(first && attemptLines(first)).toEqual([]);
  });
});

describe('what now', () => {
  it.each<[keyof typeof deploys, RegExp]>([
    ['partial', /^When those in the way have ended, start the run again: .* 015_drop_full_name, of which nothing/],
    [
      'failed',
      /^Mend the cause, and start the run again: it goes on with 013_order_totals, of which nothing has stayed/,
    ],
    ['partialFile', /014_orders_by_email, after its first 2 statements, which stay and do not run again\.$/],
    ['cancelled', /^Start the run again: it goes on where this one ended/],
    ['superseded', /^Nothing was applied\. The code of this commit must not follow/],
  ])('after %s', (name, expected) => {
    expect(linesOf(deploys[name], 'next').join('\n')).toMatch(expected);
  });

  it('is to settle what nobody but a person can tell, before anything else', () => {
    const { migrations, ...rest } = deploys.failed;
    const asked = migrations.map((one) =>
      one.up?.error === undefined
        ? one
        : { ...one, up: { ...one.up, error: { ...one.up.error, settle: true as const } } },
    );
    const report = { ...rest, migrations: asked };
    expect(linesOf(report, 'next')).toEqual(['Settle 013_order_totals. Then start the run again.']);
    const [line] = part(report, 'next')?.lines ?? [];
    expect(line?.help).toMatch(
      /resolve 013_order_totals --environment production --database-url-env DATABASE_URL --as\n/,
    );
  });

  it('needs nothing mended after a run that was cancelled in a migration', () => {
    const cancelled = { ...deploys.failed, error: { code: 'cancelled', message: 'The run was cancelled.' } };
    expect(linesOf(cancelled, 'next')).toEqual([
      'Start the run again: it goes on with 013_order_totals. What was applied before it stays.',
    ]);
  });

  it.each(['applied', 'noop', 'planned', 'status'] as const)('is nothing to tell after %s', (name) => {
    expect(part(deploys[name], 'next')).toBeUndefined();
  });
});

describe('the commands to paste', () => {
  const helpOf = (report: Report): string => part(report, 'next')?.lines[0]?.help ?? '';
  const on = (url: string): Report => {
    const { deployment } = told;
    const [stage] = deployment?.stages ?? [];
    if (deployment === undefined || stage === undefined) throw new Error('a report without a deployment');
    return { ...deploys.failed, deployment: { ...deployment, stages: [{ ...stage, url }] } };
  };

  it('start the run of a pipeline again, which asks for its approval, and no apply beside it', () => {
    const help = helpOf(on('https://github.com/acme/shop/actions/runs/4004'));
    expect(help).toContain('  gh run rerun 4004 --failed --repo acme/shop ');
    expect(help).not.toContain('lockstep apply');
  });

  it('name the server that is not github.com', () => {
    expect(helpOf(on('https://git.acme.example/acme/shop/actions/runs/7'))).toContain(
      '--repo git.acme.example/acme/shop',
    );
  });

  it('ask nobody to mend a file that only waited for its lock', () => {
    expect(helpOf(deploys.partial)).not.toContain('accept');
    expect(helpOf(deploys.failed)).toContain('accept');
  });

  it('are there after checks that failed as well', () => {
    expect(helpOf(deploys.smokeFailed)).toContain('lockstep status --environment production');
  });
});

describe('the digest', () => {
  it('is told whole, of a plan that can be approved and of no other', () => {
    expect(part(deploys.planned, 'digest')?.lines[0]?.copy).toBe(deploys.planned.plan?.digest);
    for (const report of [deploys.planRefused, deploys.planNoop, deploys.applied])
      expect(part(report, 'digest')).toBeUndefined();
  });
});

describe('the lock', () => {
  it('is told when it was waited for, and when somebody has it', () => {
    expect(part(deploys.applied, 'lock')).toBeUndefined();
    expect(linesOf({ ...deploys.applied, lock: { key: '1', waitedMs: 12_000 } }, 'lock')).toEqual([
      'This run waited 12.0 s for it',
    ]);
    expect(linesOf(deploys.appliedAfterTries, 'lock')[0]).toMatch(/^The lock was held by .*; this run waited 42\.3 s/);
    expect(linesOf(deploys.status, 'lock')[0]).toMatch(/^The lock is held by pid 5120, .* connected for 12 min 41 s$/);
    expect(part(deploys.busy, 'lock')).toMatchObject({ place: 'why', lines: [{ help: expect.any(String) }] });
    expect(part(deploys.skipped, 'lock')?.lines[0]).not.toHaveProperty('help');
  });
});
