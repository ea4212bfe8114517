import { hintParts } from '../hint.ts';
import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { plain, plainLine } from '../plain.ts';
import { shorten } from '../shorten.ts';
import { type Place, type TargetLine, targetParts } from '../target/parts.ts';
import { columns, padded } from './columns.ts';
import { cut, wrap } from './text.ts';
import { ELSEWHERE, type View } from './view.ts';

/** Of a name that stands in a line. */
const NAME = 240;
/** Of a section; a name in the first column. */
const MOST_LINES = 25;
const MOST_DETAILS = 12;
const WIDEST_HEAD = 40;

/** What the report says of the target at one place of it. */
export function targetSections(report: Report, view: View, place: Place): string[] {
  return targetParts(report)
    .filter((part) => part.place === place)
    .flatMap(({ title, what, lines }) => {
      const shown = lines.length > MOST_LINES + 1 ? lines.slice(0, MOST_LINES) : lines;
      const left = lines.length - shown.length;
      const room = headRoom(shown);
      const written = [
        ...shown.flatMap((line) => targetLine(line, 2, room, view)),
        ...(left > 0 ? [`  … ${left} more lines of ${what} ${ELSEWHERE}`] : []),
      ];
      if (place === 'top') return written.map(view.paint.dim);
      if (place === 'why') return ['', ...written];
      if (place === 'facts') return ['', view.paint.bold(title), ...written];
      return shown.some(({ copy }) => copy !== undefined)
        ? ['', view.paint.bold(title), ...written]
        : ['', ...written.map((line) => view.paint.dim(line.trimStart()))];
    });
}

/** Of the widest name in the first column. */
function headRoom(lines: readonly TargetLine[]): number {
  return Math.min(
    WIDEST_HEAD,
    lines.reduce((most, { head = '' }) => Math.max(most, columns(plainLine(head))), 0),
  );
}

/** One line with what belongs to it, from this column on. */
export function targetLine(line: TargetLine, indent: number, room: number, view: View): string[] {
  const { head, phrases, pages = [], mood, details = [], help, copy } = line;
  const { paint, width } = view;
  const pad = ' '.repeat(indent);
  const colour = mood === 'bad' ? paint.red : mood === 'warn' ? paint.yellow : (text: string): string => text;
  const text = plainPhrases([...phrases, ...pages.map(({ label }) => `, ${label}`)]);
  const column = head === undefined ? '' : `${padded(cut(plainLine(head), room), room)}  `;
  const hanging = ' '.repeat(head === undefined ? 2 : columns(column));
  const [first = '', ...rest] = wrap(text, width - indent - columns(head === undefined ? hanging : column));
  const told = details.slice(0, MOST_DETAILS).flatMap((detail) => wrap(plainPhrases(detail), width - indent - 4));
  return [
    ...(text === '' && head === undefined ? [] : [`${pad}${column}${colour(first)}`]),
    ...rest.map((more) => `${pad}${hanging}${colour(more)}`),
    ...told.map((detail) => `${pad}    ${detail}`),
    ...(details.length > MOST_DETAILS ? [`${pad}    … ${details.length - MOST_DETAILS} more ${ELSEWHERE}`] : []),
    ...helpLines(help, indent, view),
    ...(copy === undefined ? [] : [`${pad}${plainLine(copy)}`]),
  ];
}

/** What to do: prose behind an arrow, examples as they are to be pasted. */
function helpLines(help: string | undefined, indent: number, { paint, width }: View): string[] {
  if (help === undefined) return [];
  const pad = ' '.repeat(indent + 4);
  const lines = hintParts(plain(help)).flatMap(({ kind, text }) =>
    kind === 'prose'
      ? wrap(text, width - indent - 4).map((line) => pad + line)
      : text.split('\n').map((line) => paint.cyan(`${pad}  ${line}`)),
  );
  return lines.map((line, index) => (index === 0 ? `${' '.repeat(indent + 2)}→ ${line.trimStart()}` : line));
}

/** Words and names on one line, safe to print. */
function plainPhrases(phrases: readonly Phrase[]): string {
  return plainLine(
    phrases.map((phrase) => (typeof phrase === 'string' ? phrase : shorten(plainLine(phrase.name), NAME))).join(''),
  );
}
