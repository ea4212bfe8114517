import { DatabaseError } from 'pg';
import { messageOf } from '../errors.ts';
import { afterCodePoints, excerpt, LineIndex } from '../project/place.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { redact } from '../services/redact.ts';

/** Where a query came from: the file's path and text, and the offset in it at which the query's first character stands. */
export interface Origin {
  readonly path: string;
  readonly text: string;
  readonly offset: number;
  /** How many characters of the query stand before the file's own text. */
  readonly prefix?: number;
  readonly statement?: number;
  /** The query was none of the file's text: a position in it is no place in the file. */
  readonly ours?: boolean;
}

/** SQLSTATEs of "there is no such thing": a table, column, function, other object or schema. */
export const NO_SUCH_THING: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42704', '3F000']);

/** Of each text of an error: a script can make them as long as it likes. */
const TEXT_CHARACTERS = 2_000;

/** Turns what a query threw into the report's form, placed in the file it came from. */
export function sqlError(error: unknown, origin: Origin): SqlErrorReport {
  const postgres = error instanceof DatabaseError ? error : undefined;
  const place = new LineIndex(origin.text).place(offsetOf(postgres, origin));
  return {
    ...whatWasSaid(error),
    path: origin.path,
    ...place,
    excerpt: excerpt(origin.text, place),
    ...(origin.statement === undefined ? {} : { statement: origin.statement }),
  };
}

function whatWasSaid(error: unknown): SqlErrorReport {
  const postgres = error instanceof DatabaseError ? error : undefined;
  return {
    message: told(postgres?.message ?? connectionMessage(error)),
    ...(postgres?.code ? { sqlstate: postgres.code } : {}),
    ...(postgres?.detail ? { detail: told(postgres.detail) } : {}),
    ...(postgres?.hint ? { hint: told(postgres.hint) } : {}),
    ...(postgres?.where ? { where: told(postgres.where) } : {}),
  };
}

/** What the record of a script ran into: that is about the history, and no place in the file has to do with it. */
export function recordError(error: unknown, path: string): SqlErrorReport {
  const said = whatWasSaid(error);
  return { ...said, message: `the history could not be written: ${said.message}`, path };
}

/** Foreign servers, dblink and scripts quote the connection strings that they were given. */
function told(text: string): string {
  return shortened(redact(text), TEXT_CHARACTERS);
}

/** The text, or its beginning with an ellipsis. */
export function shortened(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Postgres counts code points of the query from 1; a JavaScript string counts UTF-16 units from 0. */
function offsetOf(error: DatabaseError | undefined, origin: Origin): number {
  const position = Number(error?.position ?? 0);
  if (!(position > 0) || origin.ours) return origin.offset;
  return afterCodePoints(origin.text, origin.offset, position - 1 - (origin.prefix ?? 0));
}

function connectionMessage(error: unknown): string {
  return `the connection to the server was lost: ${messageOf(error)}`;
}
