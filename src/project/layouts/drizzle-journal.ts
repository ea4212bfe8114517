import { decode } from '../decode.ts';
import { LineIndex } from '../place.ts';
import type { RepoFile } from '../types.ts';

/** Drizzle 0.x' list of migrations, `meta/_journal.json`: what it does not name is never run. */

export const JOURNAL = 'meta/_journal.json';

interface JournalEntry {
  /** The file's name without `.sql`. */
  readonly tag: string;
  /** Milliseconds since 1970, when the migration was made: by it Drizzle knows what is applied. */
  readonly when: number;
  /** 1-based, in the journal. */
  readonly line: number;
}

export interface Journal {
  readonly path: string;
  readonly entries: readonly JournalEntry[];
  /** Why it cannot be read. */
  readonly problem?: string;
}

export function readJournal({ path, bytes }: RepoFile): Journal {
  const { text, unreadable } = decode(bytes);
  if (unreadable) return { path, entries: [], problem: 'it is no UTF-8 text' };
  const entries = entriesIn(text);
  if (typeof entries === 'string') return { path, entries: [], problem: entries };
  const lines = new LineIndex(text);
  const found: JournalEntry[] = [];
  for (const entry of entries) {
    const { tag, when } = (entry ?? {}) as { readonly tag?: unknown; readonly when?: unknown };
    if (typeof tag !== 'string' || !Number.isSafeInteger(when)) {
      return { path, entries: [], problem: `entry ${found.length + 1} has no \`tag\` and \`when\`` };
    }
    const at = text.indexOf(JSON.stringify(tag));
    found.push({ tag, when: when as number, line: at < 0 ? 1 : lines.place(at).line });
  }
  return { path, entries: found };
}

/** The entries as they stand there, or why there are none. */
function entriesIn(text: string): readonly unknown[] | string {
  if (/^(?:<{7}|>{7}) /m.test(text)) return 'a merge conflict stands in it';
  try {
    const { entries } = (JSON.parse(text) ?? {}) as { readonly entries?: unknown };
    return Array.isArray(entries) ? entries : 'it has no `entries`';
  } catch {
    return 'it is no JSON';
  }
}
