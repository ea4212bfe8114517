import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/services/redact.ts';

describe('redact', () => {
  it.each([
    ['postgres://app:s3cret@db:5432/shop', 'postgres://***@db:5432/shop'],
    ['POSTGRESQL://app:p@ss@db/shop and more', 'POSTGRESQL://***@db/shop and more'],
    ["host=db password='s3 cret' user=app", 'host=db password=*** user=app'],
    [
      'postgres:///shop?host=/run&password=s3cret&sslmode=require',
      'postgres:///shop?host=/run&password=***&sslmode=require',
    ],
    [
      "fatal: unable to access 'https://x-access-token:ghs_1@github.com/a/b/'",
      "fatal: unable to access 'https://***@github.com/a/b/'",
    ],
    [
      'http://me:p@ss@registry/ and https://token@registry/@scope/x',
      'http://***@registry/ and https://***@registry/@scope/x',
    ],
    ['//registry/:_authToken=npm_1 _auth="YTpi" _password=cHc=', '//registry/:_authToken=*** _auth=*** _password=***'],
    ['https://registry/@scope/x is no secret', 'https://registry/@scope/x is no secret'],
    [
      'rehearsal_url: postgres://postgres:postgres@localhost:5432/postgres',
      'rehearsal_url: postgres://postgres:postgres@localhost:5432/postgres',
    ],
    ['postgres://user:password@real@db/shop', 'postgres://***@db/shop'],
    ['no secret here: postgres://localhost/shop', 'no secret here: postgres://localhost/shop'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });
});

it.each(['postgres://', 'postgres://a', '//', 'password='])('a text of nothing but %j takes no time', (beginning) => {
  const started = performance.now();
  redact(beginning.repeat(20_000));
  expect(performance.now() - started).toBeLessThan(1_000);
});
