import { DatabaseError } from 'pg';
import { joinNames } from '../../postgres/catalog/catalog.ts';
import type { ScriptOutcome } from '../../postgres/runner.ts';

/** What an error is about, as Postgres itself names it beside the message: of a violated constraint, whose it is. */
export interface ErrorSubject {
  readonly schema?: string;
  readonly table?: string;
  /** 'public.orders' */
  readonly relation?: string;
  readonly column?: string;
  readonly constraint?: string;
}

export function subjectOf(outcome: ScriptOutcome): ErrorSubject {
  const thrown = outcome.status === 'applied' ? undefined : outcome.failure?.thrown;
  if (!(thrown instanceof DatabaseError)) return {};
  const { schema, table, column, constraint } = thrown;
  return {
    ...(schema === undefined ? {} : { schema }),
    ...(table === undefined ? {} : { table }),
    ...(schema === undefined || table === undefined ? {} : { relation: joinNames([schema, table]) }),
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint }),
  };
}
