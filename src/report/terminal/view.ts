import { plain } from '../plain.ts';
import { columns, ending } from './columns.ts';
import type { Paint } from './paint.ts';
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
  const pad = ' '.repeat(indent);
  const [source = '', caret = ''] = excerpt.split('\n');
  const at = caret.indexOf('^');
  if (at < 0) return [pad + paint.dim(cut(plain(source), room))];
  const prefix = /^\d+ \| /.exec(source)?.[0] ?? '';
  // The caret counts characters of the file: it is only here that they get their widths, as they will be printed.
  const before = plain(source.slice(prefix.length, at));
  const fits = prefix.length + columns(before) <= room - 3;
  const left = prefix + (fits ? before : `…${ending(before, Math.floor(room / 2) - prefix.length - 1)}`);
  return [
    pad + paint.dim(cut(left + plain(source.slice(Math.max(at, prefix.length))), room)),
    pad + ' '.repeat(columns(left)) + paint.red('^'),
  ];
}
