import { createHash } from 'node:crypto';
import { type Comment, comments } from './comments.ts';
import { decode } from './decode.ts';
import { lazily } from './lazily.ts';
import { replacePlaceholders } from './placeholders.ts';
import type { RepoFile, Script, Unreadable } from './types.ts';

/** A SQL file, decoded, placeholders replaced. */
export interface Source {
  readonly path: string;
  /** '' when it is unreadable. */
  readonly text: string;
  readonly unreadable?: Unreadable;
  /** sha256 (hex) of the file's own bytes. */
  readonly checksum: string;
  readonly comments: readonly Comment[];
}

const known = new WeakMap<RepoFile, Map<string, Source>>();

/**
 * One and the same value for one file: the reader gives the same file object for the same path and blob, so that what
 * stands unchanged at base and head is decoded, scanned and parsed once.
 */
export function sourceOf(file: RepoFile, placeholders: Readonly<Record<string, string>>): Source {
  const byValues = known.get(file) ?? new Map<string, Source>();
  known.set(file, byValues);
  const key = JSON.stringify(placeholders);
  const source = byValues.get(key) ?? readSource(file, placeholders);
  byValues.set(key, source);
  return source;
}

function readSource(file: RepoFile, placeholders: Readonly<Record<string, string>>): Source {
  const { text: raw, unreadable } = decode(file.bytes);
  const text = replacePlaceholders(raw, placeholders);
  const found = lazily(() => comments(text));
  return {
    path: file.path,
    text,
    ...(unreadable ? { unreadable } : {}),
    checksum: sha256(file.bytes),
    get comments() {
      return found();
    },
  };
}

/** sha256 as hex. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const whole = new WeakMap<Source, Script>();

/** The whole file as one script. */
export function wholeScript(source: Source): Script {
  const script = whole.get(source) ?? scriptOf(source, source.text);
  whole.set(source, script);
  return script;
}

/** A part of the file as a script: `text` as long as the file's, blanked outside. */
export function scriptOf({ path, unreadable }: Source, text: string): Script {
  return { path, text, ...(unreadable ? { unreadable } : {}) };
}

/** What is worked out of a file once, however often it is asked for. */
export function oncePerSource<T extends object>(work: (source: Source) => T): (source: Source) => T {
  const known = new WeakMap<Source, T>();
  return (source) => {
    const found = known.get(source) ?? work(source);
    known.set(source, found);
    return found;
  };
}
