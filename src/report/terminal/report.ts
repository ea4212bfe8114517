import type { Report } from '../model.ts';
import { findingLines } from './findings.ts';
import { migrationLines } from './migrations.ts';
import { createPaint } from './paint.ts';
import { schemaLines } from './schema.ts';
import { notAnalysedLines, smallPrint, testLines } from './surroundings.ts';
import { targetSections } from './target.ts';
import { verdictLines } from './verdict.ts';
import type { View } from './view.ts';

interface TerminalOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Prose is hard to read in longer lines, and nothing fits in much shorter ones. */
const WIDTHS = { least: 60, most: 120 } as const;

/**
 * The report for a person at a terminal: the verdict first, then why, short when all is well. Ends with a line break.
 * A run without a verdict has none: src/failure.ts tells of it.
 */
export function renderReport(report: Report, { color, width }: TerminalOptions): string {
  const view: View = {
    paint: createPaint(color),
    width: Math.min(WIDTHS.most, Math.max(WIDTHS.least, width)),
  };
  const sections = [
    ...verdictLines(report, view),
    ...targetSections(report, view, 'top'),
    ...targetSections(report, view, 'why'),
    ...findingLines(report, view),
    ...migrationLines(report, view),
    ...schemaLines(report, view),
    ...testLines(report, view),
    ...targetSections(report, view, 'facts'),
    ...notAnalysedLines(report, view),
    ...smallPrint(report, view),
    ...targetSections(report, view, 'end'),
  ];
  // When all is well there is little to read, and it need not fill the screen.
  const { result, command, findings } = report;
  const calm = result === 'noop' || (command === 'check' && result === 'passed' && findings.length === 0);
  const lines = calm ? sections.filter((line) => line !== '') : sections;
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
