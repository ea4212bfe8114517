import { describe, expect, it } from 'vitest';
import { literal, qualified } from '../../../src/deploy/ledger/sql.ts';
import { limitMs } from '../../../src/deploy/run/timeouts.ts';

describe('limits in our own notation', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5_000],
    ['15min', 900_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('%s', (written, ms) => {
    expect(limitMs(written)).toBe(ms);
  });
});

describe('names and texts in SQL of ours', () => {
  it.each([
    ['migrations', 'public', 'migrations'],
    ['app.migrations', 'app', 'migrations'],
    ['"My App"."the ""x"""', 'My App', 'the "x"'],
    ['"a.b"', 'public', 'a.b'],
  ])('%s', (name, schema, relation) => {
    expect(qualified(name)).toEqual({ schema, relation });
  });

  it.each([
    ["it's", "'it''s'"],
    ['a\\b', " E'a\\\\b'"],
    ["\\'; DROP TABLE x; --", " E'\\\\''; DROP TABLE x; --'"],
    ['nul\u0000byte', "'nulbyte'"],
  ])('%j', (text, written) => {
    expect(literal(text)).toBe(written);
  });
});
