import { evidenceWords } from '../evidence-words.ts';
import { isOpen } from '../findings.ts';
import { TEXT } from '../limits.ts';
import type { Finding } from '../model.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import type { Part } from './fit.ts';
import { code, DETAILS_END, detailsBegin, prose } from './text.ts';
import { firstOf, more, place, type View } from './view.ts';

/** Findings of which it is enough to name the places: a line for each rule in each file. `one`, `many`: what they are. */
export function listedPart(
  findings: readonly Finding[],
  [one, many]: readonly [one: string, many: string],
  view: View,
): Part {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.path, finding.rule]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return {
    what: findings.length === 1 ? one : many,
    begin: detailsBegin(count(findings.length, one, many)),
    pieces: [...groups.values()].map((group) => listed(group, view)),
    end: DETAILS_END,
    more: more('file', view),
  };
}

function listed(findings: readonly Finding[], view: View): string {
  const [first] = findings;
  if (first === undefined) return '';
  const lines = firstOf(
    findings.map(({ line }) => `${line}`),
    view.amounts.linesOfFile,
  );
  return `- ${place(view, first.path)} line${findings.length === 1 ? '' : 's'} ${lines}: ${code(first.rule, TEXT.name)}`;
}

/** What blocks nothing, folded; one by one as long as there are few. */
export function notePart(view: View): Part {
  const notes = view.report.findings.filter((finding) => finding.severity === 'info' && isOpen(finding));
  if (notes.length > view.amounts.notes) return listedPart(notes, ['note', 'notes'], view);
  return {
    what: 'notes',
    begin: detailsBegin(count(notes.length, 'note')),
    pieces: notes.map((note) => {
      const { path, line, endLine, rule, message, evidence } = note;
      const refuted = evidence === 'refuted' ? ` (${evidenceWords(note)})` : '';
      return `- ${place(view, path, line, endLine)} ${code(rule, TEXT.name)}${refuted}: ${prose(message, TEXT.message)}`;
    }),
    end: DETAILS_END,
    more: more('note', view),
  };
}

const WOULD: Readonly<Record<Finding['severity'], string>> = {
  block: ' (would block)',
  warn: ' (would warn)',
  info: '',
};

/** What was let pass, and why: the reviewer decides whether the reason is one. */
export function suppressedPart(view: View): Part {
  const { report, amounts } = view;
  const entries = report.findings.flatMap(({ suppressed, severity, rule, path, line, endLine }) => {
    if (suppressed === undefined) return [];
    const [reason = ''] = plain(suppressed.reason).trim().split('\n', 1);
    const what = `${code(rule, TEXT.name)}${WOULD[severity]} at ${place(view, path, line, endLine)}`;
    return [`- ${what}: “${prose(reason, TEXT.reason)}”`];
  });
  return {
    what: 'what was suppressed',
    begin: '**Suppressed**, with the reason given\n\n',
    pieces: entries.slice(0, amounts.suppressed),
    beyond: Math.max(0, entries.length - amounts.suppressed),
    more: more('finding', view),
  };
}
