import { createHash } from 'node:crypto';

/**
 * A committed file as graphile-migrate reads it: headers, an empty line, the body. Each names the hash of the one before it.
 * https://github.com/graphile/migrate, src/migration.ts and src/hash.ts
 */
export interface CommittedFile {
  /** By the header; where that is missing, as it would be. */
  readonly hash: string;
  /** undefined: it is the first. */
  readonly previous: string | undefined;
  /** By the text. */
  readonly computed: string;
  readonly allowsInvalidHash: boolean;
  readonly transaction: boolean;
  /** Why the tool would not go on; with the line that says so. */
  readonly problem?: { readonly line: number; readonly message: string };
}

/** A line break of Windows is none here, and hides all headers. */
const HEADER = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;
const NO_TRANSACTION = /^--!\s*no-transaction\b/;

export function committedFile(text: string): CommittedFile {
  const lines = text.split('\n');
  const headers = new Map<string, { readonly value: string; readonly line: number }>();
  let count = 0;
  let repeated: { readonly line: number; readonly message: string } | undefined;
  for (const line of lines) {
    const [, key, value = ''] = HEADER.exec(line) ?? [];
    if (key === undefined) break;
    count += 1;
    if (headers.has(key)) repeated ??= { line: count, message: `its header \`${key}\` stands there twice` };
    headers.set(key, { value: value.trim(), line: count });
  }
  const body = lines.slice(count).join('\n').trim();
  const said = (key: string): string => headers.get(key)?.value ?? '';
  const previous = ['', '-'].includes(said('Previous')) ? undefined : said('Previous');
  const computed = hashOf(body, previous);
  const file = {
    hash: said('Hash') || computed,
    previous,
    computed,
    allowsInvalidHash: headers.has('AllowInvalidHash'),
    transaction: !NO_TRANSACTION.test(body),
  };
  const problem = repeated ?? shapeProblem(lines, count, said) ?? hashProblem(file, headers.get('Hash')?.line ?? 1);
  return { ...file, ...(problem ? { problem } : {}) };
}

/** The tool's own hash: of the hash before, and of the body without white space round it. */
function hashOf(body: string, previous = ''): string {
  const text = `${`${previous}\n${body}`.trim()}\n`;
  return `sha1:${createHash('sha1').update(text).digest('hex')}`;
}

function shapeProblem(
  lines: readonly string[],
  count: number,
  said: (key: string) => string,
): CommittedFile['problem'] | undefined {
  const next = lines[count] ?? '';
  if (count === 0 && next.endsWith('\r')) {
    return { line: 1, message: 'its lines end as on Windows (CRLF), so that no header of it is read' };
  }
  if (said('Previous') === '') return { line: 1, message: 'it has no header `--! Previous:`' };
  if (said('Hash') === '') return { line: 1, message: 'it has no header `--! Hash:`' };
  if (next !== '') return { line: count + 1, message: 'no empty line stands between its headers and its text' };
  return undefined;
}

function hashProblem(
  { hash, computed, allowsInvalidHash }: Pick<CommittedFile, 'hash' | 'computed' | 'allowsInvalidHash'>,
  line: number,
): CommittedFile['problem'] | undefined {
  if (hash !== computed && !allowsInvalidHash) {
    return {
      line,
      message: `its text is not the one that was committed: the hash is ${computed} and not ${hash}`,
    };
  }
  if (hash === computed && allowsInvalidHash) {
    return { line, message: 'it says `--! AllowInvalidHash`, and its hash is right' };
  }
  return undefined;
}
