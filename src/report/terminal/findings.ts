import { exampleOf, helpParts, suggestionOf } from '../advice.ts';
import { evidenceWords } from '../evidence-words.ts';
import { isOpen } from '../findings.ts';
import type { Finding, Impact, Report, SqlErrorReport } from '../model.ts';
import { shortName } from '../phrases.ts';
import { plain, plainLine } from '../plain.ts';
import { byPlace, errorAt, tally } from '../told.ts';
import { count } from '../words.ts';
import { cut } from './text.ts';
import { ELSEWHERE, excerptLines, paragraph, type View } from './view.ts';

/** How many findings of one rule are shown with all there is to say about each. */
const MOST_OF_A_RULE = { block: 5, warn: 3, info: 3 } as const;

/** Up to this many notes are shown one by one. */
const FEW_NOTES = 3;

/** The findings by file, then the notes, then what was suppressed. */
export function findingLines(report: Report, view: View): string[] {
  const open = report.findings.filter(isOpen);
  const notes = open.filter(({ severity }) => severity === 'info');
  const fold = notes.length > FEW_NOTES;
  const { shown, folded } = selection(fold ? open.filter(({ severity }) => severity !== 'info') : open);
  return [
    ...byFile(shown, report, view),
    ...foldedLines(folded, view),
    ...(fold ? noteLines(notes, view) : []),
    ...suppressedLines(report, view),
  ];
}

/** No wall: of many findings of one rule some are shown in full, the rest in short. */
function selection(findings: readonly Finding[]): { shown: Finding[]; folded: Finding[] } {
  const seen = new Map<string, number>();
  const shown: Finding[] = [];
  const folded: Finding[] = [];
  for (const finding of findings) {
    const number = (seen.get(finding.rule) ?? 0) + 1;
    seen.set(finding.rule, number);
    (number <= MOST_OF_A_RULE[finding.severity] ? shown : folded).push(finding);
  }
  return { shown, folded };
}

function byFile(findings: readonly Finding[], report: Report, view: View): string[] {
  const files = [...new Set([...report.migrations.map(({ path }) => path), ...findings.map(({ path }) => path)])];
  const explained = new Set<string>();
  return files.flatMap((path) => {
    const own = findings.filter((finding) => finding.path === path).sort(byPlace);
    if (own.length === 0) return [];
    return ['', view.paint.bold(plainLine(path)), ...own.flatMap((finding) => one(finding, report, explained, view))];
  });
}

const INDENT = 9;

function one(finding: Finding, report: Report, explained: Set<string>, view: View): string[] {
  const { paint } = view;
  const { rule, severity, line, column, message, help, impact } = finding;
  const suggestion = suggestionOf(finding);
  const word = { block: paint.red, warn: paint.yellow, info: paint.cyan }[severity](severity.padEnd(5));
  const place = column === undefined ? `${line}` : `${line}:${column}`;
  const error = errorAt(finding, report);
  const excerpt = finding.excerpt ?? error?.excerpt;
  const known = evidenceWords(finding);
  const again = explained.has(rule + help);
  explained.add(rule + help);
  return [
    `  ${word}  ${place}  ${paint.bold(plainLine(rule))}${known === undefined ? '' : paint.dim(`  (${known})`)}`,
    ...paragraph(message, INDENT, view),
    ...(impact === undefined ? [] : [impactLine(impact, view)]),
    ...(excerpt === undefined ? [] : excerptLines(excerpt, INDENT, view)),
    ...(error === undefined ? [] : errorContext(error, view)),
    // Said once per rule: the second time it is known, and takes the room of the next finding.
    ...(again || severity === 'info' ? [] : helpLines(finding, view)),
    ...(suggestion === undefined || suggestion === error?.hint
      ? []
      : paragraph(suggestion, INDENT + 2, view).map(paint.cyan)),
  ];
}

function impactLine({ blocks, relations }: Impact, { width }: View): string {
  const begin = `${' '.repeat(INDENT)}While it runs, ${blocks} on `;
  const end = ' wait.';
  const names = relations.map((name) => plainLine(shortName(name))).join(', ');
  return begin + cut(names, width - begin.length - end.length) + end;
}

/** How to do it safely. The example is not wanted beside a suggestion made for this case. */
function helpLines(finding: Finding, view: View): string[] {
  const { prose } = helpParts(finding.help);
  const example = exampleOf(finding);
  if (prose === '') return [];
  const [first = '', ...more] = paragraph(prose, INDENT + 2, view);
  const arrow = `${first.slice(0, INDENT)}→ ${first.slice(INDENT + 2)}`;
  const shown = example === undefined ? [] : paragraph(example, INDENT + 2, view);
  return [arrow, ...more, ...shown].map(view.paint.dim);
}

/** What Postgres said beyond the message: where it happened, what it advises, and what had run before. */
export function errorContext(error: SqlErrorReport, view: View): string[] {
  return [
    ...(error.where === undefined ? [] : paragraph(`where: ${error.where}`, INDENT, view)),
    ...(error.hint === undefined ? [] : paragraph(`Hint: ${error.hint}`, INDENT, view)),
    ...(error.ranBefore === undefined ? [] : paragraph(error.ranBefore, INDENT, view)),
  ];
}

/** What blocks is named one by one, so that it can be mended without another run; of warnings the number is enough. */
function foldedLines(folded: readonly Finding[], view: View): string[] {
  const blocks = folded.filter(({ severity }) => severity === 'block').sort(byFileAndPlace);
  const rest = folded.filter(({ severity }) => severity !== 'block');
  const more = `And ${count(rest.length, 'more warning')}: ${tallied(rest)} ${ELSEWHERE}`;
  return [
    ...(blocks.length === 0 ? [] : ['', view.paint.bold(blocks.length === 1 ? 'Also blocks' : 'Also block')]),
    ...blocks.map(({ path, line, rule }) => `  ${plainLine(path)}:${line}  ${plainLine(rule)}`),
    ...(rest.length === 0 ? [] : ['', ...paragraph(more, 0, view)]),
  ];
}

function byFileAndPlace(a: Finding, b: Finding): number {
  return a.path === b.path ? byPlace(a, b) : a.path < b.path ? -1 : 1;
}

function noteLines(notes: readonly Finding[], view: View): string[] {
  const text = `${count(notes.length, 'note')}: ${tallied(notes)} ${ELSEWHERE}`;
  return ['', ...paragraph(text, 0, view).map(view.paint.dim)];
}

/** '12 prefer-identity, 3 prefer-text-field' */
function tallied(findings: readonly Finding[]): string {
  return tally(findings)
    .map(([rule, number]) => `${number} ${rule}`)
    .join(', ');
}

/** All of them, so that the reviewer sees what was released; of a long reason the beginning. */
function suppressedLines(report: Report, view: View): string[] {
  const lines = report.findings.flatMap(({ suppressed, severity, rule, path, line }) => {
    if (suppressed === undefined) return [];
    const [reason = ''] = plain(suppressed.reason).trim().split('\n', 1);
    return [
      `  ${severity.padEnd(5)}  ${plainLine(rule)}  ${view.paint.dim(`${plainLine(path)}:${line}`)}`,
      `${' '.repeat(INDENT)}${cut(reason, view.width - INDENT)}`,
    ];
  });
  return lines.length === 0 ? [] : ['', view.paint.bold('Suppressed'), ...lines];
}
