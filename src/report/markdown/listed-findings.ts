import { TEXT } from '../limits.ts';
import type { Finding } from '../model.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import type { Section } from './fit.ts';
import { firstOf, more, type Page, place } from './page.ts';
import { code, DETAILS_END, detailsBegin, prose } from './text.ts';

/** Findings of which it is enough to name the places: a line for each rule in each file. */
export function listedSection(findings: readonly Finding[], title: string, rank: number, page: Page): Section {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.path, finding.rule]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return {
    what: title.replace(/^\d+ /, ''),
    rank,
    begin: detailsBegin(title),
    pieces: [...groups.values()].map((group) => listed(group, page)),
    end: DETAILS_END,
    more: more('file', page),
  };
}

function listed(findings: readonly Finding[], page: Page): string {
  const [first] = findings;
  if (first === undefined) return '';
  const lines = firstOf(
    findings.map(({ line }) => `${line}`),
    page.amounts.linesOfFile,
  );
  return `- ${place(page, first.path)} line${findings.length === 1 ? '' : 's'} ${lines}: ${code(first.rule, TEXT.name)}`;
}

/** What blocks nothing, folded; one by one as long as there are few. */
export function noteSection(page: Page): Section {
  const notes = page.report.findings.filter(
    ({ severity, suppressed }) => severity === 'info' && suppressed === undefined,
  );
  const title = count(notes.length, 'note');
  if (notes.length > page.amounts.notes) return listedSection(notes, title, 7, page);
  return {
    what: 'notes',
    rank: 7,
    begin: detailsBegin(title),
    pieces: notes.map(({ path, line, endLine, rule, message, evidence }) => {
      const refuted = evidence === 'refuted' ? ' (refuted by the rehearsal)' : '';
      return `- ${place(page, path, line, endLine)} ${code(rule, TEXT.name)}${refuted}: ${prose(message, TEXT.message)}`;
    }),
    end: DETAILS_END,
    more: more('note', page),
  };
}

const WOULD: Readonly<Record<Finding['severity'], string>> = {
  block: ' (would block)',
  warn: ' (would warn)',
  info: '',
};

/** What was let pass, and why: the reviewer decides whether the reason is one. */
export function suppressedSection(page: Page): Section {
  const { report, amounts } = page;
  const entries = report.findings.flatMap(({ suppressed, severity, rule, path, line, endLine }) => {
    if (suppressed === undefined) return [];
    const [reason = ''] = plain(suppressed.reason).trim().split('\n', 1);
    const what = `${code(rule, TEXT.name)}${WOULD[severity]} at ${place(page, path, line, endLine)}`;
    return [`- ${what}: “${prose(reason, TEXT.reason)}”`];
  });
  return {
    what: 'what was suppressed',
    rank: 3,
    begin: '**Suppressed**, with the reason given\n\n',
    pieces: entries.slice(0, amounts.suppressed),
    beyond: Math.max(0, entries.length - amounts.suppressed),
    more: more('finding', page),
  };
}
