import type { ScriptOutcome } from '../postgres/runner.ts';
import { NO_SUCH_THING } from '../postgres/sql-error.ts';
import { parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';

/**
 * The migration that did not run and whose absence explains a failure: one of its statements makes what is missing.
 * undefined: the failure stands on its own.
 */
export function excuseFor({ error }: ScriptOutcome, absent: readonly Migration[]): Migration | undefined {
  if (error === undefined || !NO_SUCH_THING.has(error.sqlstate ?? '')) return undefined;
  const missing = namesIn(error.message);
  return absent.find((migration) => missing.some((name) => makes(migration, name)));
}

/** 'column "a" of relation "b" does not exist', 'function public.f(integer) does not exist': a, b; f. */
function namesIn(message: string): string[] {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
  const called = /^(?:function|procedure|type|column) ([\w.]+)/.exec(message)?.[1];
  return [...quoted, ...(called === undefined ? [] : [called])].map((name) => name.split('.').at(-1) ?? name);
}

const MAKES = /^\s*(?:create|import)\b|\b(?:add|rename|set\s+schema)\b/i;

function makes({ up }: Migration, name: string): boolean {
  const word = new RegExp(`(?<![\\w$])${name.replace(/[^\w]/g, '\\$&')}(?![\\w$])`, 'i');
  const statements = parseScript(up).statements?.map(({ sql }) => sql) ?? up.text.split(';');
  return statements.some((sql) => MAKES.test(sql.replace(/^\s*(?:--[^\n]*\n\s*)*/, '')) && word.test(sql));
}
