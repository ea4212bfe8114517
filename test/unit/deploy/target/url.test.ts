import { userInfo } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { addressOf } from '../../../../src/deploy/target/place.ts';
import { readTargetUrl } from '../../../../src/deploy/target/url.ts';
import type { LockstepError } from '../../../../src/errors.ts';

const me = userInfo().username;

function failure(url: string): LockstepError {
  try {
    readTargetUrl(url);
  } catch (error) {
    return error as LockstepError;
  }
  throw new Error('it was taken');
}

describe('where a URL leads', () => {
  it.each([
    ['postgres://app:x@db.example.com/shop', 'app@db.example.com:5432/shop'],
    ['postgresql://app@db.example.com:6000/shop', 'app@db.example.com:6000/shop'],
    ['POSTGRES://app@db.example.com', 'app@db.example.com:5432/app'],
    [' postgres://app:x@h/shop\n', 'app@h:5432/shop'],
    ['postgres://', `${me}@localhost:5432/${me}`],
    ['postgres:///shop', `${me}@localhost:5432/shop`],
    ['postgres://app@[2001:db8::1]:6000/shop', 'app@[2001:db8::1]:6000/shop'],
    ['postgres://app@[::1]/shop', 'app@[::1]:5432/shop'],
    ['postgres://app@/shop?host=/var/run/pg&port=5433', 'app@/var/run/pg:5433/shop'],
    ['postgres://app@%2Fvar%2Frun/shop', 'app@/var/run:5432/shop'],
    ['postgres:///shop?host=h&port=1&user=a%40b&dbname=d', 'a@b@h:1/d'],
    ['postgres://h/shop?user=a@b', 'a@b@h:5432/shop'],
    ['postgres://a%40b:x@h/my%20shop', 'a@b@h:5432/my shop'],
    [
      'postgres://postgres.ref:x@aws-0-eu-1.pooler.supabase.com:6543/postgres?pgbouncer=true&schema=public',
      'postgres.ref@aws-0-eu-1.pooler.supabase.com:6543/postgres',
    ],
  ])('%s', (url, address) => {
    expect(addressOf(readTargetUrl(url).place)).toBe(address);
  });

  it('is not changed by PG* variables', () => {
    for (const name of ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE', 'PGOPTIONS', 'PGSSLMODE']) vi.stubEnv(name, '1');
    expect(addressOf(readTargetUrl('postgres://').place)).toBe(`${me}@localhost:5432/${me}`);
    vi.unstubAllEnvs();
  });
});

describe('the rest of a URL', () => {
  it.each([
    ['postgres://u:p%40ss%2Fw%25@h/d', { password: 'p@ss/w%' }],
    ['postgres://u:a:b@h/d', { password: 'a:b' }],
    ['postgres://u@h/d?password=a+b%3D=', { password: 'a+b==' }],
    ['postgres://u@h/d?options=-c%20search_path%3Dapp', { options: '-c search_path=app' }],
    ['postgres://u@h/d', { options: '', password: '', connectionTimeoutMillis: 10_000 }],
    ['postgres://u@h/d?connect_timeout=3', { connectionTimeoutMillis: 3_000 }],
    ['postgres://u@h/d?connect_timeout=0', { connectionTimeoutMillis: 10_000 }],
  ])('%s', (url, config) => {
    expect(readTargetUrl(url).config).toMatchObject(config);
  });

  const encrypted = { sslnegotiation: 'postgres', ssl: { rejectUnauthorized: false } };
  const plain = { sslnegotiation: 'postgres', ssl: false };
  const verified = { sslnegotiation: 'postgres', ssl: { rejectUnauthorized: true } };
  it.each([
    ['', [encrypted, plain]],
    ['sslmode=prefer', [encrypted, plain]],
    ['sslmode=allow', [plain, encrypted]],
    ['sslmode=disable', [plain]],
    ['sslmode=require', [encrypted]],
    ['ssl=true', [encrypted]],
    ['sslmode=verify-full', [verified]],
    ['sslrootcert=system', [verified]],
    ['sslmode=require&sslnegotiation=direct', [{ ...encrypted, sslnegotiation: 'direct' }]],
    ['sslmode=verify-full&host=/tmp', [plain]],
  ])('%s is tried in this order', (query, attempts) => {
    expect(readTargetUrl(`postgres://u@h/d?${query}`).tls).toMatchObject(attempts);
  });
});

describe('a URL that cannot be used is told with the fix, and never shown:', () => {
  it.each([
    ['postgres://u:hidden/secret@h/d', /percent-encoded/],
    ['postgres://u:12/hidden@h/d', /percent-encoded/],
    ['postgres://u:12?hidden@h/d', /percent-encoded/],
    ['postgres://u:12?x=hidden@h/d', /percent-encoded/],
    ['postgres://u:12#hidden@h/d', /percent-encoded/],
    ['postgres://u:hidden@secret@h/d', /percent-encoded/],
    ['postgres://u:hidden secret@h/d', /percent-encoded/],
    ['postgres://u:hidden%secret@h/d', /percent-encoded/],
    ['postgres://u:hidden%00@h/d', /percent-encoded/],
    ['postgres://u:hidden@h:port/d', /port is not a number/],
    ['postgres://u:hidden@h:0/d', /port is not a number/],
    ['postgres://u:hidden@h:70000/d', /port is not a number/],
    ['postgres://u:hidden@h1,h2/d', /several servers[\s\S]*primary/],
    ['postgres://u:hidden@h1:5432,h2:5432/d', /several servers/],
    ['postgres://u:hidden@/d?host=h1,h2', /several servers/],
    ['mysql://u:hidden@h/d', /begin with postgres:\/\//],
    ['"postgres://u:hidden@h/d"', /begin with postgres:\/\//],
    ['hidden', /begin with postgres:\/\//],
    ['postgres://h:[hidden', /port/],
    ['postgres://u:hidden@h/d?sslmode=hidden', /sslmode[\s\S]*verify-full/],
    ['postgres://u:hidden@h/d?sslmode=verify-ca', /sslrootcert/],
    ['postgres://u:hidden@h/d?sslmode=require&sslrootcert=system', /verify-full/],
    ['postgres://u:hidden@h/d?sslnegotiation=hidden', /direct/],
    ['postgres://u:hidden@h/d?sslnegotiation=direct', /sslmode=require/],
    ['postgres://u:hidden@h/d?sslrootcert=/no/such/hidden', /sslrootcert .*ENOENT/],
    ['postgres://u:hidden@h/d?sslcert=/no/such/hidden&sslkey=x', /sslcert .*ENOENT/],
    ['postgres://u:hidden@h/d?connect_timeout=hidden', /connect_timeout/],
    ['postgres://u:hidden@h/d?search_path=app', /search_path[\s\S]*ALTER ROLE/],
    ['postgres://u:hidden@h/d?schema=app', /schema/],
  ])('%s', (url, told) => {
    const error = failure(url);
    expect(error.code).toBe('target-url-invalid');
    const text = `${error.message}\n${error.hint}`;
    expect(text).toMatch(told);
    expect(text).not.toMatch(/hidden|secret/);
  });
});
