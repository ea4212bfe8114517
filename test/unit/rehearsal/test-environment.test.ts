import { parse } from 'pg-connection-string';
import { describe, expect, test } from 'vitest';
import { readTls, readUrl } from '../../../src/rehearsal/server/external-connection.ts';
import { type DatabaseAddress, testEnvironment } from '../../../src/rehearsal/test-environment.ts';

const database: DatabaseAddress = { host: 'db', port: 5433, user: 'role', password: 'p@ss', name: 'tests' };
const environment = (about: Partial<DatabaseAddress>) => testEnvironment({}, { ...database, ...about });

describe('DATABASE_URL', () => {
  test.each<[string, Partial<DatabaseAddress>, string]>([
    ['a name', {}, 'postgresql://role:p%40ss@db:5433/tests'],
    ['an address', { host: '10.0.0.1' }, 'postgresql://role:p%40ss@10.0.0.1:5433/tests'],
    ['an IPv6 address', { host: '::1' }, 'postgresql://role:p%40ss@[::1]:5433/tests'],
    ['a socket', { host: '/run/my pg' }, 'postgresql://role:p%40ss@/tests?host=%2Frun%2Fmy%20pg&port=5433'],
    ['TLS', { tls: { sslmode: 'require' } }, 'postgresql://role:p%40ss@db:5433/tests?sslmode=require'],
    [
      'names with anything in them',
      { user: 'a:b/c', password: '/?#%', name: 'x y?' },
      'postgresql://a%3Ab%2Fc:%2F%3F%23%25@db:5433/x%20y%3F',
    ],
  ])('leads there by %s', (_, about, url) => {
    expect(environment(about).DATABASE_URL).toBe(url);
  });

  test.each(['::1', '/run/pg', 'db'])('is read by a driver as it was meant: %s', (host) => {
    const { user, password, database: name, host: there, port } = parse(environment({ host }).DATABASE_URL ?? '');
    expect({ user, password, name, host: there, port }).toEqual({ ...database, host, port: '5433' });
  });
});

test.each(['::1', '/run/pg'])('libpq gets the host as it is: %s', (host) => {
  expect(environment({ host })).toMatchObject({ PGHOST: host, PGPORT: '5433' });
});

test.each([
  ['sslmode=require', { PGSSLMODE: 'require' }],
  ['sslmode=verify-full&sslrootcert=/ca%20s.pem', { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca s.pem' }],
  ['sslmode=no-verify', { PGSSLMODE: 'require' }],
  ['ssl=true', { PGSSLMODE: 'require' }],
  ['sslmode=disable', { PGSSLMODE: 'disable' }],
  ['application_name=x', {}],
])('the tests’ connections are encrypted as rehearsal_url says: %s', (query, expected) => {
  const tls = readTls(`postgres://u:p@db/x?${query}`);
  const env = testEnvironment({ PGSSLMODE: 'theirs' }, { ...database, tls });
  expect(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('PGSSL')))).toEqual(expected);
  expect(Object.fromEntries(new URL(env.DATABASE_URL ?? '').searchParams)).toEqual(tls);
});

test('a rehearsal_url with an IPv6 address names it without brackets', () => {
  expect(readUrl('postgres://u:p@[::1]:5433/x')).toMatchObject({ host: '::1', port: 5433 });
});
