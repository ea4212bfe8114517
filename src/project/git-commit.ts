/** What a commit says of itself. */
export interface Commit {
  readonly parents: readonly string[];
  readonly author: string | undefined;
  /** The message's first paragraph in one line. */
  readonly subject: string;
}

/** Reads a commit as git keeps it: https://git-scm.com/docs/git-commit-tree#_commit_information */
export function parseCommit(bytes: Buffer): Commit {
  const raw = bytes.toString('latin1');
  const [header = ''] = raw.split('\n\n', 1);
  const text = decoded(bytes, /^encoding (\S+)$/m.exec(header)?.[1]);
  const lines = text.slice(text.indexOf('\n\n') + 2).split('\n');
  const [, author] = /^author (.*?) ?<[^\n]*$/m.exec(text.slice(0, text.indexOf('\n\n'))) ?? [];
  const from = lines.findIndex((line) => line.trim() !== '');
  const to = lines.findIndex((line, index) => index > from && line.trim() === '');
  const paragraph = lines.slice(from, to < 0 ? undefined : to);
  return {
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].flatMap(([, parent]) => parent ?? []),
    author: author?.trim() || undefined,
    subject: from < 0 ? '' : paragraph.map((line) => line.trimEnd()).join(' '),
  };
}

function decoded(bytes: Buffer, encoding = 'utf-8'): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    // An encoding that nobody knows: what is ASCII in it can be read all the same.
    return bytes.toString('utf8');
  }
}
