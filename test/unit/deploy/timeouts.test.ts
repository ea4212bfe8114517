import { describe, expect, it } from 'vitest';
import { deploySettings, limitMs } from '../../../src/deploy/run/timeouts.ts';
import { literal, qualified } from '../../../src/project/quoting.ts';

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

describe('the settings of a session that deploys', () => {
  it('name what a server does not have before a certain major only from there on', () => {
    const limits = { lock: '5s', statement: '15min' };
    const [on13, on14, on16, on17] = [13, 14, 16, 17].map((major) => Object.keys(deploySettings(major, limits)));
    // An unknown setting would end the deploy at once.
    expect(on14?.filter((name) => !on13?.includes(name))).toEqual([
      'client_connection_check_interval',
      'idle_session_timeout',
    ]);
    expect(on16).toEqual(on14);
    expect(on17?.filter((name) => !on16?.includes(name))).toEqual(['transaction_timeout']);
    expect(deploySettings(13, limits)).toMatchObject({
      lock_timeout: '5s',
      statement_timeout: '15min',
      tcp_user_timeout: '30s',
      idle_in_transaction_session_timeout: '60s',
    });
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
