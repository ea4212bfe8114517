import type { Comment } from '../comments.ts';
import { keepOnly } from '../place.ts';
import { oncePerSource, type Source, scriptOf } from '../source.ts';
import { type Parsed, parseSql, rememberParsed } from '../sql.ts';
import type { Directives, Script } from '../types.ts';

/**
 * A down script kept as a comment: a block headed `-- Rollback` (or `-- Down`, `/* Undo ...`) whose lines are SQL.
 * The SQL is what remains when the comment markers are blanked, so that places stay true. Prose between the statements
 * stays a comment; a block of prose alone says why the migration cannot be reversed.
 */
type RollbackBlock =
  /** `parsed`: the text's statements, where reading it has parsed it already. */
  | { readonly kind: 'sql'; readonly text: string; readonly parsed?: Parsed }
  | { readonly kind: 'prose'; readonly reason: string; readonly line: number };

/** Heading: an optional "to", the word, usual nouns, a remark in brackets; then nothing, a colon or a dash. */
const HEADING =
  /^[\s=*#~+-]*(?:to\s+)?(?:roll\s?back|down|undo|revert)(?:\s+(?:this|script|sql|migration|block|section|instructions|steps|statements|plan))*\s*(?:\([^)\n]*\))?[\s=*#~+-]*(?::|\s[-–—]\s|$)/i;

/** The same in more words, when a colon ends the line: "Rollback, run by hand only:". */
const LONG_HEADING = /^[\s=*#~+-]*(?:to\s+)?(?:roll\s?back|undo|revert)\b[^:;]{0,60}:\s*$/i;

/** Liquibase's form: the statement follows the word without a colon. */
const INLINE_SQL = /^\s*rollback\s+(?=(?:alter|create|delete|drop|insert|truncate|update)\s)/i;

const HEADINGS = [HEADING, LONG_HEADING, INLINE_SQL];

interface Line {
  /** Offsets of the content in the file: comment markers and decoration left out. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly text: string;
}

/** The rollback block of a file, if it has one. Several are joined in the file's order. */
export function rollbackBlock({ text, comments }: Source): RollbackBlock | undefined {
  const blocks = blocksOf(text, comments);
  const whole = allOf(text, blocks);
  if (whole) return whole;
  const sql: (readonly [number, number])[] = [];
  let prose: RollbackBlock | undefined;
  for (const lines of blocks) {
    const statements = sqlLines(lines);
    sql.push(...statements.map(({ start, end }) => [start, end] as const));
    if (statements.length === 0) prose ??= proseOf(lines);
  }
  return sql.length > 0 ? { kind: 'sql', text: keepOnly(text, sql) } : prose;
}

/** Most blocks are SQL and nothing else: one look, which lint need not repeat. */
function allOf(text: string, blocks: readonly (readonly Line[])[]): RollbackBlock | undefined {
  if (!blocks.some((lines) => lines.length > 0)) return undefined;
  const kept = keepOnly(
    text,
    blocks.flat().map(({ start, end }) => [start, end] as const),
  );
  const parsed = parseSql(kept);
  return parsed.statements && parsed.statements.length > 0 ? { kind: 'sql', text: kept, parsed } : undefined;
}

/** The lines below each heading. */
function blocksOf(text: string, comments: readonly Comment[]): Line[][] {
  const blocks: Line[][] = [];
  for (let index = 0; index < comments.length; ) {
    const isHeaded = headed(comments[index]);
    const size = isHeaded ? blockSize(text, comments, index) : 1;
    if (isHeaded) blocks.push(contentLines(comments.slice(index, index + size)));
    index += size;
  }
  return blocks;
}

function headed(comment: Comment | undefined): boolean {
  if (!comment || comment.afterCode) return false;
  const [first = ''] = comment.text.trimStart().split(/[\r\n]/, 1);
  return HEADINGS.some((heading) => heading.test(first));
}

/** How many comments from the heading on belong to it: with only white space between, up to code or the end. */
function blockSize(text: string, comments: readonly Comment[], from: number): number {
  let size = 1;
  /** Comments after the last blank line. */
  let paragraph = 0;
  for (;;) {
    const last = comments[from + size - 1];
    const next = comments[from + size];
    const gap = text.slice(last?.end, next?.start);
    const ends = gap.trim() !== '' || next === undefined;
    if (ends) {
      // A paragraph that touches the code below it is about that code, not part of the block above.
      const touchesCode = /^[^\S\r\n]*(?:\r\n|\n|\r)?[^\S\r\n]*\S/.test(gap);
      return touchesCode && paragraph > 0 ? size - paragraph : size;
    }
    if (headed(next)) return size;
    paragraph = (gap.match(/\r\n|\n|\r/g)?.length ?? 0) > 1 ? 1 : paragraph > 0 ? paragraph + 1 : 0;
    size += 1;
  }
}

function contentLines(block: readonly Comment[]): Line[] {
  const lines = block.flatMap((comment) => {
    const found: Line[] = [];
    let start = comment.start + 2;
    for (const raw of comment.text.split('\n')) {
      const content = raw.replace(/\r$/, '');
      // The decoration of block comments: ` * text`.
      const indent =
        comment.kind === 'block' && found.length > 0 ? (/^\s*\*+(?=\s|$)/.exec(content)?.[0].length ?? 0) : 0;
      found.push({
        start: start + indent,
        end: start + content.length,
        line: comment.line + found.length,
        text: content.slice(indent),
      });
      start += raw.length + 1;
    }
    return found;
  });
  const heading = lines.findIndex((line) => line.text.trim() !== '');
  return [...afterHeading(lines[heading]), ...lines.slice(heading + 1)].filter(
    ({ text: content }) => content.trim() !== '' && !/^\s*lockstep\b/i.test(content),
  );
}

/** The way back that a file's comments hold, or the words that say why there is none. */
interface WayBack {
  readonly down?: Script;
  readonly irreversible?: NonNullable<Directives['irreversible']>;
}

/** Worked out once per file. */
export const wayBackIn = oncePerSource(readWayBack);

function readWayBack(source: Source): WayBack {
  const block = rollbackBlock(source);
  if (block?.kind !== 'sql') return block === undefined ? {} : { irreversible: block };
  const down = scriptOf(source, block.text);
  if (block.parsed) rememberParsed(down, block.parsed);
  return { down };
}

/** What follows the heading on its own line. */
function afterHeading(line: Line | undefined): Line[] {
  if (!line) return [];
  const match = HEADINGS.map((heading) => heading.exec(line.text)?.[0]).find((text) => text !== undefined);
  const length = (match ?? line.text).length;
  return [{ ...line, start: line.start + length, text: line.text.slice(length) }];
}

/** A statement's beginning, as people type SQL: all upper case, or lower case with its object's kind. */
const LOOKS_LIKE_SQL =
  /^\s*(?:(?:ALTER|BEGIN|COMMENT|COMMIT|CREATE|DELETE|DO|DROP|GRANT|INSERT|REFRESH|REVOKE|SELECT|SET|TRUNCATE|UPDATE|WITH)\b|(?:alter|create|drop)\s+(?:column|domain|extension|function|index|materialized|policy|role|schema|sequence|table|trigger|type|unique|view)\b|(?:delete\s+from|insert\s+into|update\s+\S+\s+set)\b)/;

/** Parsing is cheap, but a long block of prose must not cost its length squared. */
const MOST_ATTEMPTS = 500;

/**
 * The lines that are SQL: from the top, the shortest run of lines that parses as statements; a line that begins none
 * is prose. A line that seems to be meant as SQL and does not parse ends the search: it and all below count as SQL, so
 * that its syntax error is shown at its place.
 */
function sqlLines(lines: readonly Line[]): readonly Line[] {
  if (isSql(lines)) return lines;
  const found: Line[] = [];
  let attempts = 0;
  for (let from = 0; from < lines.length; ) {
    let to = from;
    for (; to < lines.length && attempts < MOST_ATTEMPTS; to++) {
      const complete = to === lines.length - 1 || /;\s*(?:--.*)?$/.test(lines[to]?.text ?? '');
      if (complete && ++attempts && isSql(lines.slice(from, to + 1))) break;
    }
    const first = lines[from];
    const isStatement = to < lines.length && attempts < MOST_ATTEMPTS;
    if (isStatement) found.push(...lines.slice(from, to + 1));
    else if (first && meantAsSql(first)) return [...found, ...lines.slice(from)];
    from = isStatement ? to + 1 : from + 1;
  }
  return found;
}

function isSql(lines: readonly Line[]): boolean {
  const { statements } = parseSql(lines.map((line) => line.text).join('\n'));
  return statements !== undefined && statements.length > 0;
}

function meantAsSql(line: Line): boolean {
  return LOOKS_LIKE_SQL.test(line.text) || /;\s*$/.test(line.text) || isSql([line]);
}

/** The first paragraph of a block without SQL. */
function proseOf(lines: readonly Line[]): RollbackBlock | undefined {
  const first = lines[0];
  if (!first) return undefined;
  const end = lines.findIndex((line, index) => line.line !== first.line + index);
  const words = (end < 0 ? lines : lines.slice(0, end)).map((line) => line.text.trim().replace(/^-+\s*/, ''));
  const reason = words.join(' ').trim().slice(0, 300);
  return /\p{L}/u.test(reason) ? { kind: 'prose', reason, line: first.line } : undefined;
}
