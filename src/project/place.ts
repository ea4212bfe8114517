/** Places in text: 1-based lines and columns, columns in characters. */

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns of offsets quickly; made once per text. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  get lines(): number {
    return this.#starts.length;
  }

  /** Offset of the first character of a 1-based line. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.#starts.at(-1) ?? 0;
  }

  /** The place of an offset (UTF-16 units). */
  place(offset: number): Place {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

/** The offset (UTF-16 units) so many code points, as Postgres counts, behind another one; at most the text's length. */
export function afterCodePoints(text: string, from: number, points: number): number {
  let offset = from;
  for (let left = points; left > 0 && offset < text.length; left--)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/** The offset of the line break at or after an offset, as Postgres ends a comment (a lone carriage return, too); the text's length at its end. */
export function endOfLine(text: string, from: number): number {
  const end = /[\r\n]/g;
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

const EXCERPT_WIDTH = 100;

/** The line at a place with a caret below it. Long lines are cut to a window round the place; tabs become spaces. */
export function excerpt(text: string, place: Place): string {
  const line = (text.split('\n', place.line)[place.line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
  const at = Math.min(place.column - 1, line.length);
  const from = at > EXCERPT_WIDTH - 20 ? at - Math.floor(EXCERPT_WIDTH / 2) : 0;
  const window = line.slice(from, from + EXCERPT_WIDTH);
  const left = from > 0 ? '…' : '';
  const right = from + EXCERPT_WIDTH < line.length ? '…' : '';
  const prefix = `${place.line} | `;
  return `${prefix}${left}${window}${right}\n${' '.repeat(prefix.length + left.length + at - from)}^`;
}

/** Replaces every character between two offsets by a space, keeping line breaks, so that places stay. */
export function blank(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to).replace(/[^\r\n]/g, ' ') + text.slice(to);
}

/** Everything but the given ranges blanked. Ranges are ascending and do not overlap. */
export function keepOnly(text: string, ranges: readonly (readonly [from: number, to: number])[]): string {
  let result = '';
  let at = 0;
  for (const [from, to] of ranges) {
    result += text.slice(at, from).replace(/[^\r\n]/g, ' ') + text.slice(from, to);
    at = to;
  }
  return result + text.slice(at).replace(/[^\r\n]/g, ' ');
}
