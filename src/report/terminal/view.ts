import type { Paint } from './paint.ts';
import { plain } from './plain.ts';
import { cut, wrap } from './text.ts';

/** What every part of the terminal's report is drawn with. */
export interface View {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
}

/** How many more of something there are than a terminal should show; the JSON report has them all. */
export const ELSEWHERE = '(--report FILE has all)';

/** Foreign text, wrapped and indented. */
export function paragraph(text: string, indent: number, { width }: View): string[] {
  return wrap(plain(text.trim()), width - indent).map((line) => ' '.repeat(indent) + line);
}

/** The first lines, and how many are left out. */
export function firstLines(lines: readonly string[], most: number, what: string): string[] {
  // To leave out a single line saves nothing.
  if (lines.length <= most + 1) return [...lines];
  return [...lines.slice(0, most), `… ${lines.length - most} more ${what} ${ELSEWHERE}`];
}

/** A line of SQL with its caret, moved so that the caret stays inside the width. */
export function excerptLines(excerpt: string, indent: number, { paint, width }: View): string[] {
  const room = width - indent;
  const [source = '', caret = ''] = plain(excerpt).split('\n');
  const prefix = /^\d+ \| /.exec(source)?.[0] ?? '';
  const from = caret.length > room - 2 ? Math.max(0, caret.length - Math.floor(room / 2)) : 0;
  const shownPrefix = from > 0 ? prefix : '';
  const shown = from > 0 ? `${prefix}…${source.slice(from + prefix.length + 1)}` : source;
  const point = from > 0 ? `${' '.repeat(shownPrefix.length)}${caret.slice(from + prefix.length)}` : caret;
  const pad = ' '.repeat(indent);
  return [pad + paint.dim(cut(shown, room)), ...(caret === '' ? [] : [pad + paint.red(point)])];
}
