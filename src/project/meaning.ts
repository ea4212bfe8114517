import { createHash } from 'node:crypto';
import { meaningOf } from './same-statements.ts';
import type { Script } from './types.ts';

/**
 * A hash of what a script does: comments, white space and places in the text do not count. It is kept beside the checksum,
 * so that an edit of comments can be told from one that changes what environments have. undefined: it does not parse, or
 * does nothing. `loadParser` must have resolved.
 */
export function meaningHash(script: Script): string | undefined {
  // What a program does nobody can read: any edit may change it.
  if (script.program !== undefined) return script.program;
  const meaning = meaningOf(script);
  return meaning === undefined ? undefined : createHash('sha256').update(meaning).digest('hex');
}
