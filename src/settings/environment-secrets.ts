import { addressesIn } from './credentials.ts';
import type { Environment } from './environment.ts';
import { isSecretName } from './secret-names.ts';
import type { Secret } from './types.ts';

/**
 * What stands in the job's environment for others than us and must not be posted all the same: GitHub hides secrets in
 * logs, not in comments and files.
 */

/** Shorter values are words too often: `PASSWORD=postgres` must not strike out half of a report. */
const LEAST_LENGTH = 8;

/** What service containers, examples and URLs have in place of a password, and words that reports are made of. */
const EVERYDAY = new Set(
  `postgres postgresql password passw0rd changeme changeit supabase username x-oauth-basic x-access-token
  database databases migration migrations lockstep rehearsal statement statements transaction function functions
  constraint relation relations sequence security timestamp timestamptz concurrently
  development production localhost testing integration container workflow pull_request service_account repository
  modified unchanged confirmed unproven disabled required optional undefined`.split(/\s+/),
);

const NAMES_IN_SQL = /^(?:PG|POSTGRES_|DB_|DATABASE_)(?:USER|USERNAME|DB|DATABASE|NAME)$/;

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Strips them from what we print and write; the runner is not told: it knows those that are its own. */
export function secretsOfEnvironment(env: Environment): Secret[] {
  const variables = Object.entries(env).flatMap(([name, value = '']) =>
    value.trim() ? withLeaves({ name, value: value.trim() }) : [],
  );
  const addresses = variables.flatMap(({ value }) => addressesIn(value));
  // A name may be a password that is a word, as in postgres://shop:shop@…; it makes no word of what is called a secret.
  const names = new Set([
    ...variables.filter(({ name }) => NAMES_IN_SQL.test(name)).map(({ value }) => value),
    ...addresses.flatMap((address) => address.names),
  ]);
  const values = [
    ...addresses.map(({ value }) => value),
    ...[
      ...variables.filter(({ name }) => isSecretName(name)).map(({ value }) => value),
      ...addresses.flatMap(({ passwords }) => passwords).filter((password) => !names.has(password)),
    ].filter((word) => word.length >= LEAST_LENGTH && !EVERYDAY.has(word.toLowerCase())),
  ];
  return [...new Set(values)].map((value) => ({ value, masked: false }));
}

/** With what stands in its JSON: `toJSON(secrets)` is many secrets, and an account's key is one among other things. */
function withLeaves(variable: Variable): Variable[] {
  if (!/^[[{]/.test(variable.value)) return [variable];
  const leaves: Variable[] = [];
  const secret = isSecretName(variable.name);
  const visit = (part: unknown, key: string): void => {
    if (typeof part === 'string') {
      // A bare `key` is the name of a thing in many documents, the licence's in an event of GitHub for one.
      const name = secret ? variable.name : key === 'key' ? '' : key;
      if (part.trim()) leaves.push({ name, value: part.trim() });
    } else if (Array.isArray(part)) for (const inner of part) visit(inner, key);
    else if (typeof part === 'object' && part !== null)
      for (const [innerKey, inner] of Object.entries(part)) visit(inner, innerKey);
  };
  try {
    visit(JSON.parse(variable.value), '');
  } catch {
    // No JSON, or nested beyond reason: what was found until then counts.
  }
  return [variable, ...leaves];
}
