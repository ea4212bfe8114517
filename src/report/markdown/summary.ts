import { SUMMARY, SUMMARY_AMOUNTS } from '../limits.ts';
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
import { renderSections } from './sections.ts';

interface SummaryOptions {
  readonly links?: Links | undefined;
  /** Bytes; GitHub's own limit holds in any case. */
  readonly limit?: number;
}

/** The summary of a step: the comment's sections with more room. Ends with a line break. */
export function renderSummary(report: Report, { links, limit = SUMMARY.budgetBytes }: SummaryOptions = {}): string {
  const view = { report, links, amounts: SUMMARY_AMOUNTS, elsewhere: 'the JSON report' };
  const room = {
    most: Math.min(limit, SUMMARY.mostBytes) - 1,
    measure: (text: string) => Buffer.byteLength(text),
  };
  return `${renderSections(view, [], room)}\n`;
}
