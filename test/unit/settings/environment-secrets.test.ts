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
    ['URLs without a password', { SITE: 'https://example.com/a', DATABASE_URL: 'postgres://app@localhost:5432/shop' }],
    ['pages with a port', { SITE: 'https://example.com:8443/?mail=somebody@example.com' }],
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

  it.each([
    [{ GH_PAT_TOKEN: 'ghp_0123456789', GIT_URL: 'https://ghp_0123456789:x-oauth-basic@github.com/acme/shop' }],
    [{ GIT_URL: 'https://ghp_0123456789:x-oauth-basic@github.com/acme/shop' }],
    [{ GIT_URL: 'https://ghp_0123456789@github.com/acme/shop' }],
    [{ GIT_URL: 'https://ghp_0123456789:@github.com/acme/shop' }],
    [{ GH_PAT: 'ghp_0123456789', DATABASE_URL: 'postgres://ghp_0123456789:ghp_0123456789@h/db' }],
    [{ PGPASSWORD: 'ghp_0123456789', PGUSER: 'ghp_0123456789' }],
    [{ NPM_TOKEN: 'ghp_0123456789', REDIS: 'redis://h/ghp_0123456789?password=x' }],
  ])('no URL and no name of a user makes a word of a token: %j', (env) => {
    const found = values(env);
    expect(found).toContain('ghp_0123456789');
    expect(found).not.toContain('x-oauth-basic');
  });

  it('the organisation in an address of Azure DevOps is no secret', () => {
    expect(values({ REMOTE: 'https://acme-corp@dev.azure.com/acme-corp/shop/_git/shop' })).toEqual([]);
  });

  it.each([
    ['libpq', 'host=db user=app password=c0rrecthorse dbname=shop'],
    ['libpq, quoted', "host=db password = 'c0rrecthorse'"],
    ['ADO.NET', 'Server=db;User Id=app;Password=c0rrecthorse;'],
    ['Go', 'app:c0rrecthorse@tcp(db:3306)/shop?parseTime=true'],
    ['quotes', '"postgres://app:c0rrecthorse@db/shop"'],
    ['the first of two', 'postgres://app:c0rrecthorse@a/shop,postgres://app:other0123@b/shop'],
    ['the second of two', "'postgres://app:other0123@a/shop' 'postgres://app:c0rrecthorse@b/shop'"],
  ])('a password is found in an address as of %s', (_, value) => {
    expect(values({ REPLICA: value })).toContain('c0rrecthorse');
  });

  it.each([
    [
      'prose is no address: who writes it would choose what the comment must not say',
      'see https://important@a.example',
    ],
    ['a long text is read quickly', `a:${'@('.repeat(60_000)}`],
  ])('%s', (_, value) => {
    const begun = performance.now();
    expect(values({ BODY: value })).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('every secret in JSON is one: all of what is called secrets, else by their own names', () => {
    const all = JSON.stringify({ github_token: 'ghs_0123456789', DEPLOY: ['line of a\nsecret'] }, undefined, 2);
    expect(values({ ALL_SECRETS: all })).toEqual([all, 'ghs_0123456789', 'line of a\nsecret']);
    const context = { token: 'ghs_0123456789', license: { key: 'apache-2.0' }, url: 'postgres://a:c0rrecthorse@h/d' };
    expect(values({ CONTEXT: JSON.stringify(context) })).toEqual([context.url, 'ghs_0123456789', 'c0rrecthorse']);
    expect(values({ CONTEXT: '{no json' })).toEqual([]);
    expect(values({ CONTEXT: '['.repeat(100_000) + ']'.repeat(100_000) })).toEqual([]);
  });

  it.each(['migrations', 'modified', 'lockstep', 'database', 'Production', 'changeme'])(
    'a word of this field is none: %s',
    (value) => {
      expect(values({ DB_PASSWORD: value, DATABASE_URL: `postgres://app:${value}@h/db` })).toEqual([
        `postgres://app:${value}@h/db`,
      ]);
    },
  );

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
