import { describe, expect, it } from 'vitest';
import { type Marker, readMarker, writeMarker } from '../../../../src/report/markdown/marker.ts';

const marker: Marker = {
  v: 1,
  scope: 'billing',
  run: 1234,
  attempt: 2,
  head: '9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708',
  result: 'blocked',
  blocking: 1,
  findings: 3,
};

describe('the marker of a comment', () => {
  it('is one hidden comment of HTML', () => {
    expect(writeMarker(marker)).toBe(
      '<!-- lockstep {"v":1,"scope":"billing","run":1234,"attempt":2,"head":"9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708","result":"blocked","blocking":1,"findings":3} -->',
    );
  });

  it.each([
    '',
    'database=shop folder=apps/api',
    'a --> b',
    '--><script>alert(1)</script>',
    '<!-- lockstep {"v":1} -->',
    'a--b-',
    'line\nbreak\r\u2028',
    'größe 表 🙂',
    '\ud83d half',
    '"quoted" \\ \u0000',
    '</details>`@acme/data`',
  ])('carries any scope through: %j', (scope) => {
    const text = writeMarker({ ...marker, scope });
    expect(readMarker(`${text}\n### Hello`)).toEqual({ ...marker, scope });
    expect(text).toMatch(/^<!-- lockstep [ -~]* -->$/);
    expect(text.slice(4, -3)).not.toMatch(/[<>@`]|--/);
  });

  it.each([
    ['it is not at the very beginning', ` ${writeMarker(marker)}`],
    ['it is quoted', `> ${writeMarker(marker)}`],
    ['it does not end', writeMarker(marker).slice(0, -4)],
    ['it ends too late', `${writeMarker({ ...marker, scope: 'x'.repeat(20_000) })}`],
    ['it is no JSON', '<!-- lockstep {"v":1, -->'],
    ['it is another value', '<!-- lockstep null -->'],
    ['it is a list', '<!-- lockstep [1] -->'],
    ['there is nothing', ''],
  ])('is not read when %s', (_, body) => {
    expect(readMarker(body)).toBeUndefined();
  });

  it.each<[keyof Marker, unknown]>([
    ['v', 2],
    ['scope', 1],
    ['scope', undefined],
    ['run', '1234'],
    ['run', -1],
    ['run', 1.5],
    ['run', 1e300],
    ['attempt', null],
    ['head', []],
    ['result', 'fine'],
    ['result', 'toString'],
    ['blocking', Number.MAX_SAFE_INTEGER + 1],
    ['findings', {}],
  ])('is not read when %s is %j', (key, value) => {
    expect(readMarker(`<!-- lockstep ${JSON.stringify({ ...marker, [key]: value })} -->`)).toBeUndefined();
  });

  it('of a later version may say more', () => {
    expect(readMarker(`<!-- lockstep ${JSON.stringify({ ...marker, plan: 'x' })} -->`)).toEqual(marker);
  });
});
