import { FOREIGN } from '../foreign-notice.ts';
import type { Report } from '../model.ts';
import { findingParts } from './findings.ts';
import { fitInto, type Part, type Room, type Section } from './fit.ts';
import { heading } from './heading.ts';
import { notePart, suppressedPart } from './listed-findings.ts';
import { migrationPart } from './migrations.ts';
import { noAnswerPart } from './no-answer.ts';
import { schemaPart } from './schema.ts';
import { sqlPart } from './statements.ts';
import { notAnalysedPart, noticePart, smallPrintPart, testPart } from './surroundings.ts';
import { targetPieces } from './target.ts';
import { details } from './text.ts';
import { timelinePart } from './timeline.ts';
import type { View } from './view.ts';

/** The report as Markdown in a room. `remarks` are the surface's own, right below the headline; they are Markdown. */
export function renderSections(view: View, remarks: readonly string[], room: Room): string {
  const foreign = view.report.foreign === true ? [`⚠️ ${FOREIGN}`] : [];
  const top = [heading(view.report), ...foreign, ...remarks].join('\n\n');
  const rest = { ...room, most: room.most - room.measure(`${top}\n\n`) };
  const leftOut = (what: readonly string[]): string =>
    `Left out for want of room: ${what.join(', ')}. See ${view.elsewhere}.`;
  const body = isCalm(view.report) ? calm(view, rest, leftOut) : fitInto(inFull(view), rest, leftOut);
  return body === '' ? top : `${top}\n\n${body}`;
}

/** Who gets room first where there is little. Those up to `MATTERS` (./fit.ts) are not crowded out altogether. */
const RANK = {
  noAnswer: 0,
  migrations: 1,
  smallPrint: 1,
  blocking: 2,
  notAnalysed: 2,
  moreBlocking: 3,
  tests: 3,
  suppressed: 3,
  warnings: 4,
  notices: 4,
  target: 4,
  schema: 5,
  locks: 6,
  moreWarnings: 6,
  notes: 7,
  sql: 9,
} as const;

function ranked(rank: keyof typeof RANK, part: Part): Section {
  return { ...part, rank: RANK[rank] };
}

/** In the order in which they are read. */
function inFull(view: View): Section[] {
  const { blocking, warnings, moreBlocking, moreWarnings } = findingParts(view);
  return [
    ranked('noAnswer', noAnswerPart(view)),
    ...targetPieces(view, 'top').map((part) => ranked('noAnswer', part)),
    ...targetPieces(view, 'why').map((part) => ranked('noAnswer', part)),
    ranked('migrations', migrationPart(view)),
    ...blocking.map((part) => ranked('blocking', part)),
    ...warnings.map((part) => ranked('warnings', part)),
    ranked('moreBlocking', moreBlocking),
    ranked('moreWarnings', moreWarnings),
    ranked('tests', testPart(view)),
    ...targetPieces(view, 'facts').map((part) => ranked('target', part)),
    ranked('suppressed', suppressedPart(view)),
    ranked('notAnalysed', notAnalysedPart(view)),
    ranked('notices', noticePart(view)),
    ranked('locks', timelinePart(view)),
    ranked('schema', schemaPart(view)),
    ranked('notes', notePart(view)),
    ranked('sql', sqlPart(view)),
    ...targetPieces(view, 'end').map((part) => ranked('smallPrint', part)),
    ranked('smallPrint', smallPrintPart(view)),
  ];
}

/** All is well and all was looked at: nobody needs to read on. */
function isCalm({ command, result, findings, coverage, notices = [] }: Report): boolean {
  const remark = findings.some(({ severity, suppressed }) => severity !== 'info' || suppressed !== undefined);
  return (
    command === 'check' && result === 'passed' && !remark && coverage.notAnalysed.length === 0 && notices.length === 0
  );
}

/** The headline, a line for each migration, and everything else folded into one. */
function calm(view: View, room: Room, leftOut: (what: readonly string[]) => string): string {
  const wrap = (content: string): string => details('Schema, SQL and how this was checked', content);
  const migrations = fitInto([ranked('migrations', migrationPart(view))], { ...room, most: room.most / 2 }, () => '');
  const taken = room.measure(`${migrations}\n\n${wrap('')}`);
  const folded = [
    ranked('locks', timelinePart(view)),
    ranked('schema', schemaPart(view)),
    ranked('tests', testPart(view)),
    ranked('notes', notePart(view)),
    ranked('sql', sqlPart(view)),
    ranked('smallPrint', smallPrintPart(view)),
  ];
  const inner = fitInto(folded, { ...room, most: room.most - taken }, leftOut);
  return [migrations, ...(inner === '' ? [] : [wrap(inner)])].filter((part) => part !== '').join('\n\n');
}
