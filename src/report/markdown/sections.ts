import type { Report } from '../model.ts';
import { findingSections } from './findings.ts';
import { fitInto, type Room, type Section } from './fit.ts';
import { noteSection, suppressedSection } from './listed-findings.ts';
import { migrationSection } from './migrations.ts';
import { heading, type Page } from './page.ts';
import { schemaSection } from './schema.ts';
import { sqlSection } from './statements.ts';
import { errorSection, notAnalysedSection, noticeSection, smallPrint, testSection } from './surroundings.ts';
import { details } from './text.ts';

/** The report as Markdown in a room. `remarks` are the surface's own, right below the headline; they are Markdown. */
export function renderSections(page: Page, remarks: readonly string[], room: Room): string {
  const top = [heading(page.report), ...remarks].join('\n\n');
  const rest = { ...room, most: room.most - room.measure(`${top}\n\n`) };
  const leftOut = (what: readonly string[]): string =>
    `Left out for want of room: ${what.join(', ')}. See ${page.elsewhere}.`;
  const body = isCalm(page.report) ? calm(page, rest, leftOut) : fitInto(inFull(page), rest, leftOut);
  return body === '' ? top : `${top}\n\n${body}`;
}

function inFull(page: Page): Section[] {
  return [
    errorSection(page),
    migrationSection(page),
    ...findingSections(page),
    testSection(page),
    suppressedSection(page),
    notAnalysedSection(page),
    noticeSection(page),
    schemaSection(page),
    noteSection(page),
    sqlSection(page),
    smallPrint(page),
  ];
}

/** All is well and all was looked at: nobody needs to read on. */
function isCalm({ result, findings, coverage, notices = [] }: Report): boolean {
  const remark = findings.some(({ severity, suppressed }) => severity !== 'info' || suppressed !== undefined);
  return result === 'passed' && !remark && coverage.notAnalysed.length === 0 && notices.length === 0;
}

/** The headline, a line for each migration, and everything else folded into one. */
function calm(page: Page, room: Room, leftOut: (what: readonly string[]) => string): string {
  const wrap = (content: string): string => details('Schema, SQL and how this was checked', content);
  const migrations = fitInto([migrationSection(page)], { ...room, most: room.most / 2 }, () => '');
  const taken = room.measure(`${migrations}\n\n${wrap('')}`);
  const folded = [schemaSection(page), testSection(page), noteSection(page), sqlSection(page), smallPrint(page)];
  const inner = fitInto(folded, { ...room, most: room.most - taken }, leftOut);
  return [migrations, ...(inner === '' ? [] : [wrap(inner)])].filter((part) => part !== '').join('\n\n');
}
