import { credentialsOf } from './credentials.ts';
import type { Environment } from './environment.ts';
import type { Secret } from './types.ts';

/**
 * What stands in the job's environment for others than us and must not be posted all the same: GitHub hides secrets in
 * logs, not in comments and files.
 */

const SECRET_NAME = /PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?$/i;

/** Where a secret is or what it is called, not the secret. */
const ABOUT_A_SECRET = /(?:_FILE|_PATH|_DIR|_DIRECTORY|_NAME|_ID)$/i;

/** Shorter values are words too often: `PASSWORD=postgres` must not strike out half of a report. */
const LEAST_LENGTH = 8;

/** What nearly every service container has for a password. */
const EVERYDAY = ['postgres', 'postgresql', 'password'];

const NAMES_IN_SQL = /^(?:PG|POSTGRES_|DB_|DATABASE_)(?:USER|USERNAME|DB|DATABASE|NAME)$/;

/** Strips them from what we print and write; the runner is not told: it knows those that are its own. */
export function secretsOfEnvironment(env: Environment): Secret[] {
  const variables = Object.entries(env).flatMap(([name, value = '']) =>
    value.trim() ? [{ name, value: value.trim() }] : [],
  );
  const addresses = variables.flatMap(({ value }) => {
    const credentials = credentialsOf(value);
    return credentials === undefined ? [] : [{ value, ...credentials }];
  });
  const everyday = new Set([
    ...EVERYDAY,
    ...variables.filter(({ name }) => NAMES_IN_SQL.test(name)).map(({ value }) => value),
    ...addresses.flatMap(({ names }) => names),
  ]);
  const named = variables.filter(({ name }) => SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name));
  const words = [...named.map(({ value }) => value), ...addresses.flatMap(({ passwords }) => passwords)];
  const values = [
    ...addresses.map(({ value }) => value),
    ...words.filter((word) => word.length >= LEAST_LENGTH && !everyday.has(word)),
  ];
  return [...new Set(values)].map((value) => ({ value, masked: false }));
}
