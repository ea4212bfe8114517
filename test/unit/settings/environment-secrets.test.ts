import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../../src/services/secrets.ts';
import { secretsOfEnvironment } from '../../../src/settings/environment-secrets.ts';

const values = (env: Record<string, string>) => secretsOfEnvironment(env).map(({ value }) => value);

describe('of the environment of a job', () => {
  it.each([
    ['DB_PASSWORD', 'correct horse'],
    ['NPM_TOKEN', 'npm_0123456789'],
    ['SECRET_KEY_BASE', '0123456789abcdef'],
    ['STRIPE_API_KEY', 'sk_live_0123'],
    ['AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI'],
    ['APP_PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----'],
    ['staging_password', 'correct horse'],
  ])('%s is secret by its name', (name, value) => {
    expect(values({ [name]: value })).toEqual([value]);
  });

  it.each([
    ['short values, which are words', { DB_PASSWORD: 'secret1' }],
    [
      'what is called something else',
      { NODE_OPTIONS: '--max-old-space-size=4096', GITHUB_REPOSITORY: 'acme/shop-api' },
    ],
    ['where a secret is', { DB_PASSWORD_FILE: '/run/secrets/password', SECRET_NAME: 'production' }],
    ['the passwords of every service container', { POSTGRES_PASSWORD: 'postgres', PGPASSWORD: 'password' }],
    [
      'what is also the user or the database',
      { PGUSER: 'shop_admin', PGDATABASE: 'shop_live', PGPASSWORD: 'shop_admin' },
    ],
    ['URLs without a password', { SITE: 'https://example.com/a', DATABASE_URL: 'postgres://app@localhost:5432/shop' }],
    ['empty values', { NPM_TOKEN: '   ' }],
  ])('%s are not', (_, env) => {
    expect(values(env)).toEqual([]);
  });

  it('a URL with a password is secret under any name, and so is its password', () => {
    const url = 'postgres://app:c0rrect%20horse@db.example.com:5432/shop';
    expect(values({ STAGING: url })).toEqual([url, 'c0rrect%20horse', 'c0rrect horse']);
    const jdbc = 'jdbc:postgresql://db/shop?user=app&password=c0rrecthorse';
    expect(values({ FLYWAY_URL: jdbc })).toEqual([jdbc, 'c0rrecthorse']);
  });

  it.each([
    'postgres://postgres:postgres@localhost:5432/postgres',
    'postgres://shop_admin:shop_admin@localhost/shop',
    'postgres://app:shop_test@localhost/shop_test',
    'postgres://app:short@localhost/shop',
  ])('of %s only the whole is', (url) => {
    expect(values({ DATABASE_URL: url })).toEqual([url]);
  });

  it('the runner is told of none: it knows its own', () => {
    expect(secretsOfEnvironment({ NPM_TOKEN: 'npm_0123456789' })).toEqual([{ value: 'npm_0123456789', masked: false }]);
  });

  it('a private key is struck out line by line, whether its breaks are escaped or not', () => {
    const key = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBg', 'kqhkiG9w0BAQEF', '-----END PRIVATE KEY-----'];
    for (const lineBreak of ['\n', '\r\n', '\\n']) {
      const scrub = createScrubber(secretsOfEnvironment({ APP_PRIVATE_KEY: key.join(lineBreak) }));
      expect(scrub('  | kqhkiG9w0BAQEF')).toBe('  | ***');
      expect(scrub(key.join('\n'))).not.toMatch(/MIIE|kqhk/);
    }
  });
});
