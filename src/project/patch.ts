/** Lines of a file, both ends included, 1-based. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

/**
 * The lines that a patch without context (`-U0`, prefixes a/ and b/, core.quotepath=on) adds or alters, by path. Format:
 * https://git-scm.com/docs/diff-generate-patch. Bytes, because a file need not be text; what a hunk holds is passed over
 * by its count, so that no line in it can pass for a header.
 */
export function patchedLines(patch: Buffer): Map<string, LineRange[]> {
  const files = new Map<string, LineRange[]>();
  let current: LineRange[] = [];
  for (let at = 0; at < patch.length; ) {
    const end = endOfLine(patch, at);
    const line = patch.toString('latin1', at, Math.min(end, at + LONGEST_HEADER));
    at = end + 1;
    const path = line.startsWith('+++ ') ? pathOf(line.slice(4)) : undefined;
    if (path !== undefined) {
      current = files.get(path) ?? [];
      files.set(path, current);
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const [, removed = '1', from = '', added = '1'] = hunk;
    const first = Number(from);
    if (added !== '0') current.push({ first, last: first + Number(added) - 1 });
    at = afterLines(patch, at, Number(removed) + Number(added));
  }
  return files;
}

/** More than the longest path that git writes, four characters a byte. */
const LONGEST_HEADER = 20_000;

function endOfLine(patch: Buffer, from: number): number {
  const end = patch.indexOf(NEWLINE, from);
  return end === -1 ? patch.length : end;
}

/** "\ No newline at end of file" is no line of the file. */
function afterLines(patch: Buffer, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0 && at < patch.length; ) {
    if (patch[at] !== BACKSLASH) left--;
    at = endOfLine(patch, at) + 1;
  }
  return at;
}

/** 'b/x' or '"b/\303\244"', with a tab behind a name that has spaces; undefined for '/dev/null'. */
function pathOf(text: string): string | undefined {
  const name = text.replace(/\t$/, '');
  const quoted = /^"b\/(.*)"$/.exec(name)?.[1];
  if (quoted === undefined) return name.startsWith('b/') ? name.slice(2) : undefined;
  const bytes = quoted.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};
