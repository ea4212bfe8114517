import { endOfLine, keepOnly, LineIndex } from './place.ts';

/**
 * Finds the real comments of SQL text: not those inside string literals, quoted identifiers or dollar quotes.
 * It works on text that does not parse, too. The rules are those of Postgres' own scanner
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html) with standard_conforming_strings on.
 */

export interface Comment {
  readonly kind: 'line' | 'block';
  /** Offsets in the text, markers included; `end` is exclusive and before the line break of a line comment. */
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  /** What stands between the markers, untrimmed: its first character is at `start + 2`. */
  readonly text: string;
  /** Code stands before it on its line: the comment is about that code, not about what follows. */
  readonly afterCode: boolean;
}

/** The comments of a text, in order. Unterminated comments and literals reach to the end. */
export function comments(text: string): Comment[] {
  const found: Comment[] = [];
  if (!text.includes('--') && !text.includes('/*')) return found;
  const lines = new LineIndex(text);
  const interesting = /--|\/\*|['"$]/g;
  for (let match = interesting.exec(text); match; match = interesting.exec(text)) {
    const at = match.index;
    switch (match[0]) {
      case "'":
        interesting.lastIndex = isEscapeString(text, at) ? endOfEscapeString(text, at) : endOfQuoted(text, at, "'");
        break;
      case '"':
        interesting.lastIndex = endOfQuoted(text, at, '"');
        break;
      case '$':
        interesting.lastIndex = endOfDollarQuoted(text, at);
        break;
      case '--':
        found.push(comment(text, lines, found.at(-1), 'line', at, endOfLine(text, at)));
        break;
      default:
        found.push(comment(text, lines, found.at(-1), 'block', at, endOfBlock(text, at)));
    }
    const last = found.at(-1);
    if (last && last.end > interesting.lastIndex) interesting.lastIndex = last.end;
  }
  return found;
}

/** A text with its comments blanked: what is left is code. */
export function withoutComments(text: string, found: readonly Comment[]): string {
  const code: [from: number, to: number][] = [];
  let at = 0;
  for (const { start, end } of found) {
    code.push([at, start]);
    at = end;
  }
  return keepOnly(text, [...code, [at, text.length]]);
}

function comment(
  text: string,
  lines: LineIndex,
  previous: Comment | undefined,
  kind: Comment['kind'],
  start: number,
  end: number,
): Comment {
  const { line } = lines.place(start);
  const sameLine = previous?.endLine === line ? previous : undefined;
  const closed = kind === 'block' && end - start >= 4 && text.startsWith('*/', end - 2);
  return {
    kind,
    start,
    end,
    line,
    endLine: kind === 'line' ? line : lines.place(end - 1).line,
    text: text.slice(start + 2, closed ? end - 2 : end),
    // A block comment that began after code and ends on this line does not count: only what is on this line does.
    afterCode:
      (sameLine?.line === line && sameLine.afterCode) ||
      text.slice(sameLine?.end ?? lines.startOf(line), start).trim() !== '',
  };
}

const NAME_PART = /[\p{L}\p{N}_$]/u;

/** Whether the quote at an offset opens E'...', where a backslash escapes. The E must be a word of its own. */
function isEscapeString(text: string, quote: number): boolean {
  const letter = text[quote - 1];
  return (letter === 'e' || letter === 'E') && !NAME_PART.test(text[quote - 2] ?? '');
}

/** After the closing quote; a doubled one is part of the literal (it is read as two literals, which ends the same). */
function endOfQuoted(text: string, open: number, quote: string): number {
  const close = text.indexOf(quote, open + 1);
  return close < 0 ? text.length : close + 1;
}

function endOfEscapeString(text: string, open: number): number {
  const next = /[\\']/g;
  next.lastIndex = open + 1;
  for (let match = next.exec(text); match; match = next.exec(text)) {
    if (match[0] === '\\') {
      next.lastIndex = match.index + 2;
      continue;
    }
    // 'a''b' goes on, and so does a literal after white space with a line break: both keep the escapes.
    const more = /'|[ \t\f\v]*[\r\n]\s*'/y;
    more.lastIndex = match.index + 1;
    if (!more.test(text)) return match.index + 1;
    next.lastIndex = more.lastIndex;
  }
  return text.length;
}

function endOfDollarQuoted(text: string, open: number): number {
  // Within a name ("a$b$") a dollar sign is a letter; before a digit it is a parameter.
  if (NAME_PART.test(text[open - 1] ?? '')) return open + 1;
  const opening = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
  opening.lastIndex = open;
  const [tag] = opening.exec(text) ?? [];
  if (tag === undefined) return open + 1;
  const close = text.indexOf(tag, open + tag.length);
  return close < 0 ? text.length : close + tag.length;
}

/** Block comments nest. */
function endOfBlock(text: string, open: number): number {
  const marker = /\/\*|\*\//g;
  marker.lastIndex = open + 2;
  let depth = 1;
  for (let match = marker.exec(text); match; match = marker.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return match.index + 2;
  }
  return text.length;
}
