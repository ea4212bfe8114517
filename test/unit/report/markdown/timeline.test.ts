import { describe, expect, it } from 'vitest';
import { renderComment } from '../../../../src/report/markdown/comment.ts';
import type { MigrationReport, Report } from '../../../../src/report/model.ts';
import { passed } from '../../../fixtures/reports.ts';

const marker = { version: 1, database: null, result: 'passed', findings: 0, blocking: 0 } as const;

const lock = (relation: string, mode: string, blocks: string[]) => ({ relation, mode, blocks });
const both = ['reads', 'writes'];

const migration = (id: string, locks: readonly ReturnType<typeof lock>[][]): MigrationReport => ({
  id,
  path: `db/${id}.sql`,
  change: 'added',
  transaction: 'single',
  status: 'applied',
  up: {
    status: 'applied',
    durationMs: 3,
    statements: locks.map((some, index) => ({
      index,
      line: index + 1,
      endLine: index + 1,
      sql: `ALTER TABLE t${index} ADD COLUMN "a;b" int`,
      durationMs: 1,
      locks: [...some],
    })),
  },
});

function chartOf(...migrations: MigrationReport[]): string {
  const report: Report = { ...passed, migrations };
  const text = renderComment(report, { marker: marker as never });
  return /```mermaid\n(.*?)```/s.exec(text)?.[1] ?? '';
}

describe('the lock timeline', () => {
  it('draws from which statement on each lock is held, to the end of the transaction', () => {
    const chart = chartOf(
      migration('0007_two', [[lock('public.t0', 'ACCESS EXCLUSIVE', both)], [lock('public.t1', 'SHARE', ['writes'])]]),
    );
    expect(chart.split('\n')).toEqual([
      'gantt',
      'title 0007_two: held until its transaction ends',
      'dateFormat x',
      'axisFormat %s',
      'tickInterval 1second',
      'section Statements',
      '1 ALTER TABLE t0 ADD COLUMN a b int :0, 1000',
      '2 ALTER TABLE t1 ADD COLUMN a b int :1000, 2000',
      'section public.t0',
      'ACCESS EXCLUSIVE, reads and writes wait :crit, 0, 2000',
      'section public.t1',
      'SHARE, writes wait :active, 1000, 2000',
      '',
    ]);
  });

  it.each([
    ['one lock', migration('one', [[lock('public.t0', 'ACCESS EXCLUSIVE', both)], []])],
    [
      'locks that nobody waits for',
      migration('calm', [[lock('a', 'ROW SHARE', [])], [lock('b', 'ROW EXCLUSIVE', [])]]),
    ],
    [
      'no transaction that would keep them',
      { ...migration('bare', [[lock('a', 'SHARE', both)], [lock('b', 'SHARE', both)]]), transaction: 'none' as const },
    ],
  ])('is not drawn for %s', (_, one) => {
    expect(chartOf(one)).toBe('');
  });

  it('holds nothing that the drawing language would take for its own', () => {
    const evil = 'x\nclick a href "javascript:alert(1)"; %%{init: {}}%% :done, 0, 9 ``` end';
    const chart = chartOf(migration(evil, [[lock(evil, evil, [evil, 'reads'])], [lock('b', 'SHARE', ['writes'])]]));
    const lines = chart.split('\n');
    expect(lines).toHaveLength(13);
    for (const line of lines.slice(6))
      expect(line).toMatch(/^(?:section )?[\p{L}\p{N}._ ,…-]*(?: :(?:crit, |active, )?\d+, \d+)?$/u);
  });
});
