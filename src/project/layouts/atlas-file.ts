import { withoutComments } from '../comments.ts';
import { noTransactionMarker, saysNoTransaction } from '../directives.ts';
import { oncePerSource, type Source, scriptOf, wholeScript } from '../source.ts';
import type { Directives, Execution, Script, SectionProblem } from '../types.ts';

/** A file as Atlas reads it: directives in the comment at its top, which an empty line parts from the rest (sql/migrate/dir.go). */

interface AtlasFile {
  readonly up: Script;
  readonly execution: Execution;
  readonly isCheckpoint: boolean;
  readonly problems: Directives['problems'];
  readonly refusals: readonly SectionProblem[];
}

export const atlasFile = oncePerSource(readFile);

interface Header {
  /** Values by name, in order. */
  readonly directives: readonly { readonly name: string; readonly value: string; readonly line: number }[];
  /** Where the rest begins. */
  readonly end: number;
}

const NO_HEADER: Header = { directives: [], end: 0 };

function headerOf(text: string): Header {
  const lines = text.split('\n');
  const count = lines.findIndex((line) => !/^(?:--|#)/.test(line));
  if (count === 0) return NO_HEADER;
  const top = count < 0 ? lines : lines.slice(0, count);
  if (count > 0 && lines.slice(count).join('\n').trim() !== '' && lines[count]?.trim() !== '') return NO_HEADER;
  const directives = top.flatMap((line, index) => {
    const [, name, value = ''] = /^[ -~]*?atlas:(\w+)(?: +(.+?))?\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value, line: index + 1 }];
  });
  return { directives, end: top.join('\n').length };
}

const TXMODE = 'Write `-- atlas:txmode none` or `-- atlas:txmode file`, once, in the comment at the top.';
const PLAIN = 'Write plain SQL, each statement with its `;`, and make atlas.sum anew with `atlas migrate hash`.';
const FORMAT =
  "Set `tool` in lockstep.yml to the tool whose format this is; with Atlas' own, the way back does not stand in the file.";

function readFile(source: Source): AtlasFile {
  const { text, path, comments } = source;
  const header = headerOf(text);
  const refusals: SectionProblem[] = [];
  const refuse = (line: number, message: string, help: string): void =>
    void refusals.push({ path, line, endLine: line, message, help });
  const told = header.directives.filter(({ name }) => name === 'txmode');
  const [mode, second] = told;
  if (second !== undefined) refuse(second.line, 'Atlas refuses a second `atlas:txmode`', TXMODE);
  if (mode !== undefined && !['none', 'file'].includes(mode.value)) {
    refuse(mode.line, `Atlas refuses \`atlas:txmode ${mode.value}\` in a file: it knows none and file`, TXMODE);
  }
  const archive = header.directives.find(({ name }) => name === 'txtar');
  if (archive !== undefined) refuse(archive.line, 'Lockstep reads no archives (`atlas:txtar`): write plain SQL', PLAIN);
  const delimiter = header.directives.find(({ name }) => name === 'delimiter');
  const separator = delimiter?.value.replace(/\\([nrt])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  if (delimiter !== undefined && separator !== undefined && !/^(?:\s+|\s*--.*)$/.test(separator)) {
    refuse(
      delimiter.line,
      'Lockstep reads a delimiter of white space or `--` alone: end the statements with `;`, and let this go',
      PLAIN,
    );
  }
  for (const line of foreignMarkers(source)) {
    refuse(
      line,
      'Atlas runs all that stands here as up: this is the format of another tool (`tool` in lockstep.yml)',
      FORMAT,
    );
  }
  const isBare = mode?.value === 'none' || saysNoTransaction(comments);
  const marker = noTransactionMarker(comments, 'up');
  const message =
    'Atlas reads this only as `-- atlas:txmode none` in the comment at the top, with an empty line below it; `-- lockstep: no-transaction` says that Lockstep alone runs the file';
  return {
    up: separator === undefined ? wholeScript(source) : scriptOf(source, ended(source, header.end, separator)),
    execution: isBare ? 'autocommit' : 'transaction',
    isCheckpoint: header.directives.some(({ name }) => name === 'checkpoint'),
    problems: marker === undefined || isBare ? [] : [{ line: marker.line, message }],
    refusals: source.unreadable ? [] : refusals,
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Lines of formats that Atlas reads only when it is told so (`?format=goose`). */
function foreignMarkers({ comments }: Source): number[] {
  return comments
    .filter(({ text }) => /^\s*(?:\+goose\s+down|migrate:down)\b/i.test(text))
    .map(({ line }) => line)
    .slice(0, 1);
}

/** Statements that a delimiter of the file's own ends, and no ';': each gets one. Lines stay. */
function ended(source: Source, from: number, separator: string): string {
  const { text, comments } = source;
  const code = withoutComments(text, comments);
  let result = text.slice(0, from);
  let start = from;
  for (let at = text.indexOf(separator, from); at >= 0; at = text.indexOf(separator, start)) {
    const piece = code.slice(start, at).trimEnd();
    const needed = piece.trim() !== '' && !piece.endsWith(';');
    const end = start + piece.length;
    result += needed ? `${text.slice(start, end)};${text.slice(end, at)}` : text.slice(start, at);
    result += separator;
    start = at + separator.length;
  }
  return result + text.slice(start);
}
