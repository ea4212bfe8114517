import type { Phrase } from '../phrases.ts';
import type { SessionReport } from '../target-model.ts';
import { duration } from '../words.ts';

/** What an age is the age of. */
const SINCE = { transaction: '', connection: 'connected ' } as const;

/**
 * 'pid 4711, `psql` of `ada` from `10.0.0.7`, idle in transaction for 12.0 s'. Of what is prepared there is no process: its
 * pid is 0.
 */
export function sessionPhrases(
  { pid, application, user, client, state, ageMs }: SessionReport,
  age: keyof typeof SINCE = 'transaction',
): Phrase[] {
  const since = ageMs === undefined ? '' : `${SINCE[age]}for ${duration(ageMs)}`;
  const between = since === '' || state === undefined ? '' : SINCE[age] === '' ? ' ' : ', ';
  const course = `${state ?? ''}${between}${since}`;
  return [
    ...(pid === 0 && application ? [] : [`pid ${pid}${application ? ', ' : ''}`]),
    ...(application ? [{ name: application }] : []),
    ...(user ? [' of ', { name: user }] : []),
    ...(client ? [' from ', { name: client }] : []),
    ...(course === '' ? [] : [`, ${course}`]),
  ];
}

/** What a session does and has: a line each. */
export function sessionDetails({ query, relations = [] }: SessionReport): (readonly Phrase[])[] {
  return [
    ...(relations.length === 0 ? [] : [['has locked ', ...listed(relations)]]),
    ...(query === undefined ? [] : [['last ran ', { name: query }]]),
  ];
}

/** '`a`, `b`' */
function listed(names: readonly string[]): Phrase[] {
  return names.flatMap((name, index): Phrase[] => (index === 0 ? [{ name }] : [', ', { name }]));
}
