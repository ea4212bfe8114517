import { describe, expect, it } from 'vitest';
import { annotationsOf } from '../../../src/report/annotations.ts';
import type { Finding, Impact, Report } from '../../../src/report/model.ts';
import { deploys } from '../../fixtures/deploys.ts';
import { sampleReports } from '../../fixtures/reports.ts';
import { bareFinding } from '../../support/reports/bare-finding.ts';
import { withTexts } from '../../support/reports/free-texts.ts';

function annotate(...findings: Finding[]) {
  return annotationsOf({ ...sampleReports.blocked, findings });
}

const several = (number: number, about: (index: number) => Partial<Finding>): Finding[] =>
  Array.from({ length: number }, (_, index) => bareFinding({ line: index + 1, ...about(index) }));

describe('an annotation', () => {
  it('says at its line what is the case and what to do', () => {
    const impact: Impact = { blocks: 'writes', relations: ['orders', 's.users'] };
    expect(
      annotate(
        bareFinding({ column: 7, endLine: 4, impact, title: 'A column goes' }),
        bareFinding({ severity: 'warn', endLine: 4 }),
      ).shown,
    ).toEqual([
      {
        level: 'error',
        title: 'Lockstep: A column goes, blocks writes on orders, s.users',
        message: 'The column is dropped.\nFirst release code.\nhttps://example.com/rule',
        path: 'db/1.sql',
        line: 3,
        endLine: 4,
        column: 7,
      },
      {
        level: 'warning',
        title: 'Lockstep: ban-drop-column',
        message: 'The column is dropped.\nFirst release code.\nhttps://example.com/rule',
        path: 'db/1.sql',
        line: 3,
        endLine: 4,
      },
    ]);
  });

  it('is short, and obeys nothing that strangers write', () => {
    const impact: Impact = { blocks: 'writes', relations: [`o\n\u001b[31m${'😀'.repeat(500)}`] };
    const [one] = annotate(bareFinding({ message: `\u202e${'x'.repeat(70_000)}`, impact })).shown;
    expect(one?.message).toMatch(/^\ufffdx{1900,}…$/);
    expect(one?.message.length).toBeLessThanOrEqual(2_000);
    expect(one?.title.length).toBeLessThanOrEqual(200);
    expect(one?.title).toMatch(/blocks writes on o \ufffd\[31m(?:😀)+…$/u);
  });

  it('without a place tells why there is no answer', () => {
    const { error } = sampleReports.errored;
    expect(annotationsOf(sampleReports.errored)).toEqual({
      shown: [{ level: 'error', title: `Lockstep: ${error?.code}`, message: `${error?.message}\n${error?.hint}` }],
      left: { error: 0, warning: 0 },
    });
  });
});

describe('of many annotations', () => {
  it('those on lines of the diff come first, and the others are counted', () => {
    const { shown, left } = annotate(
      ...several(9, (index) => ({ inDiff: false, rule: `rule-${index}` })),
      ...several(6, (index) => ({ inDiff: true, path: 'db/2.sql', rule: `rule-${index}` })),
      ...several(11, () => ({ severity: 'warn' })),
    );
    const errors = shown.filter(({ level }) => level === 'error');
    expect(errors.map(({ path }) => path)).toEqual([...Array(6).fill('db/2.sql'), ...Array(4).fill('db/1.sql')]);
    expect(left).toEqual({ error: 5, warning: 3 });
  });

  it('those of one rule in one file leave room for the others, and come after them as long as there is room', () => {
    const index = (number: number) => several(number, () => ({ rule: 'require-concurrent-index-creation' }));
    const other = bareFinding({ rule: 'adding-required-field', line: 99 });
    const elsewhere = several(2, () => ({ rule: 'require-concurrent-index-creation', path: 'db/2.sql' }));
    const told = (findings: Finding[]) => annotate(...findings).shown.map(({ path, line }) => `${path}:${line}`);
    expect(told([...index(12), other, ...elsewhere])).toEqual([
      ...[1, 2, 3, 99].map((line) => `db/1.sql:${line}`),
      ...[1, 2].map((line) => `db/2.sql:${line}`),
      ...[4, 5, 6, 7].map((line) => `db/1.sql:${line}`),
    ]);
    expect(told(index(12))).toHaveLength(10);
  });

  it('what stops running code and what loses data come before the rest', () => {
    const impact: Impact = { blocks: 'writes', relations: ['orders'] };
    const { shown } = annotate(
      bareFinding({ rule: 'renaming-column', line: 1 }),
      bareFinding({ rule: 'ban-drop-table', line: 2 }),
      bareFinding({ rule: 'disallowed-unique-constraint', line: 3, impact }),
    );
    expect(shown.map(({ line }) => line)).toEqual([3, 2, 1]);
  });

  it('GitHub keeps every one, with room for the warnings of the step itself', () => {
    const { shown } = annotate(...several(40, (index) => ({ severity: index % 2 === 0 ? 'block' : 'warn' })));
    const number = (wanted: string): number => shown.filter(({ level }) => level === wanted).length;
    expect([number('error'), number('warning')]).toEqual([10, 8]);
  });

  it('the one that tells why there is no answer is never left out', () => {
    const report: Report = { ...sampleReports.errored, findings: several(20, () => ({})) };
    expect(annotationsOf(report).shown[0]).toMatchObject({ title: `Lockstep: ${report.error?.code}` });
  });
});

describe('a deploy has an annotation', () => {
  it('at the statement that failed', () => {
    const error = deploys.failed.migrations[0]?.up?.error;
    expect(annotationsOf(deploys.failed).shown).toEqual([
      {
        level: 'error',
        title: 'Lockstep: 013_order_totals failed',
        message: `column "totl" does not exist (SQLSTATE 42703)\n${error?.hint}`,
        path: 'db/migrations/013_order_totals.sql',
        line: 7,
        endLine: 7,
        column: 27,
      },
    ]);
  });

  it('for each gate that is closed, with what to do', () => {
    const { shown } = annotationsOf(deploys.planRefused);
    expect(shown.map(({ level, title }) => [level, title])).toEqual([
      ['error', 'Lockstep: refused on production, 2 applied migrations were edited'],
      ['error', 'Lockstep: refused on production, 1 pending migration sorts before an applied one'],
    ]);
    expect(shown[0]?.message).toMatch(/have been edited.*\n009_products .*\n011_prices .*\nTake the edit back/s);
    expect(shown[0]).not.toHaveProperty('path');
  });

  it('for a lock that was not to be had, unless it was to be skipped then', () => {
    expect(annotationsOf(deploys.busy).shown).toMatchObject([
      { level: 'error', title: 'Lockstep: busy on production', message: expect.stringContaining('pid 5120') },
    ]);
    expect(annotationsOf(deploys.skipped).shown).toEqual([]);
  });

  it.each([deploys.smokeFailed, deploys.cancelled, deploys.refusedUnknownCommit])('for why it ended', (report) => {
    expect(annotationsOf(report).shown).toMatchObject([{ level: 'error', title: `Lockstep: ${report.error?.code}` }]);
  });

  it.each([
    deploys.planned,
    deploys.applied,
    deploys.appliedAfterTries,
    deploys.noop,
    deploys.superseded,
    deploys.status,
    deploys.verified,
  ])('for nothing else', (report) => {
    expect(annotationsOf(report).shown).toEqual([]);
  });

  it('that is short, and obeys nothing that strangers write', () => {
    const report = withTexts(deploys.planRefused, (text) => `\u001b[31m\n${text}${'x'.repeat(3_000)}`);
    for (const { title, message } of annotationsOf(report).shown) {
      expect(title.length).toBeLessThanOrEqual(200);
      expect(message.length).toBeLessThanOrEqual(2_000);
      expect(title + message).not.toContain('\u001b');
      expect(title).not.toContain('\n');
    }
  });
});

describe('no annotation', () => {
  it.each<[string, Partial<Finding>]>([
    ['for a note: the comment has it', { severity: 'info' }],
    ['for what is suppressed', { suppressed: { reason: 'unused' } }],
  ])('%s', (_, about) => {
    expect(annotate(bareFinding(about))).toEqual({ shown: [], left: { error: 0, warning: 0 } });
  });
});
