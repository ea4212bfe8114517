import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html/page.ts';
import { renderComment } from '../../../src/report/markdown/comment.ts';
import type { Report } from '../../../src/report/model.ts';
import { renderReport } from '../../../src/report/terminal/report.ts';
import { passed } from '../../fixtures/reports.ts';
import { links, markerFor } from './markdown/as-github.ts';

/** A reader learns on what the migrations were run. */
describe('the run on rows', () => {
  const { rehearsal } = passed;
  if (rehearsal === undefined) throw new Error('the sample has a rehearsal');
  const rows = {
    filled: 11,
    kept: 2,
    notFilled: [{ table: 'public.ledger', reason: 'no values were found that meet balanced' }],
    durationMs: 64,
  };
  const report: Report = { ...passed, rehearsal: { ...rehearsal, rows } };

  it('is told at the terminal', () => {
    const text = renderReport(report, { color: false, width: 400 });
    expect(text).toContain('on empty tables and on 13 tables with rows');
    expect(renderReport(passed, { color: false, width: 400 })).not.toContain('with rows');
  });

  it('is told in the comment', () => {
    const text = renderComment(report, { links, marker: markerFor(report) });
    expect(text).toContain('on empty tables and on 13 tables with rows');
  });

  it('is told on the page, with the tables that have none', () => {
    const page = renderHtml(report, {});
    expect(page).toContain('generic ones in 11 tables, 2 tables had some, made in 64 ms');
    expect(page).toContain('<code>public.ledger</code> has none: no values were found that meet balanced');
  });
});
