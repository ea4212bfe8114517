import { beforeAll, describe, expect, test } from 'vitest';
import { changingTimeZone } from '../../../../src/lint/rules/changing-time-zone.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

const to = (type: string): string => `ALTER TABLE orders ALTER COLUMN placed ${type};`;
const was = (type: string) => ({ base: [`CREATE TABLE public.orders (id bigint, placed ${type});`] });

describe('a conversion that the session decides on', () => {
  test.each([
    ['TYPE timestamptz', undefined],
    ['SET DATA TYPE timestamp with time zone', undefined],
    ['TYPE timestamptz USING placed::timestamptz', undefined],
    ['TYPE timestamptz', 'timestamp'],
    ['TYPE timestamptz', 'date'],
    ['TYPE timestamp', 'timestamptz'],
    ['TYPE timestamp without time zone', 'timestamp with time zone'],
  ])('%s, from %s', (type, from) => {
    expect(brief(hazards(changingTimeZone, to(type), from ? was(from) : {}))).toEqual(['1 warn changing-time-zone']);
  });

  test.each([
    ["TYPE timestamptz USING placed AT TIME ZONE 'UTC'", undefined],
    ['TYPE timestamptz USING to_timestamp(placed)', undefined],
    ['TYPE timestamptz(3)', 'timestamptz'],
    ['TYPE timestamp(3)', undefined],
    ['TYPE timestamp(3)', 'timestamp'],
    ["TYPE timestamp USING placed AT TIME ZONE 'UTC'", 'timestamptz'],
    ['TYPE date', 'timestamptz'],
    ['TYPE text', 'timestamptz'],
    ['SET DEFAULT now()', undefined],
  ])('but not %s, from %s', (type, from) => {
    expect(hazards(changingTimeZone, to(type), from ? was(from) : {})).toEqual([]);
  });

  test('goes by what the column was at last', () => {
    const base = [...was('timestamp').base, to("TYPE timestamptz USING placed AT TIME ZONE 'UTC'")];
    expect(hazards(changingTimeZone, to('TYPE timestamptz(3)'), { base })).toEqual([]);
    const other = { base: ['CREATE TABLE archive.orders (placed timestamptz);'] };
    expect(hazards(changingTimeZone, to('TYPE timestamptz'), other)).toHaveLength(1);
  });

  test('but not on a table that the change set has made', () => {
    expect(hazards(changingTimeZone, to('TYPE timestamptz'), { earlier: was('timestamp').base })).toEqual([]);
    expect(hazards(changingTimeZone, `${was('timestamp').base.join()} ${to('TYPE timestamptz')}`)).toEqual([]);
  });

  test('also in a DO block', () => {
    expect(hazards(changingTimeZone, `DO $$ BEGIN ${to('TYPE timestamptz')} END $$;`)).toHaveLength(1);
  });
});
