import type { SeedType } from './catalog.ts';
import { mined } from './mined.ts';

/** Values that a type may hold, as text that its input takes. The server is asked which of them it does take. */

/**
 * One for columns that are no keys, and two for those that are: a column that refers to nothing yet must not meet a key by
 * chance, or a new foreign key over it would hold.
 */
export type Wide = readonly [loose: string, key: string, otherKey: string];

interface Candidates {
  /** As large as the type lets them be, so that what narrows the type is seen; undefined: none is larger than others. */
  readonly wide?: Wide | undefined;
  /** Different ones, the likeliest first. */
  readonly plain: readonly string[];
}

/** Conditions that a value has to meet: those on its column alone, and those that compare it with other columns. */
export interface Conditions {
  readonly alone: readonly string[];
  readonly joint: readonly string[];
}

/**
 * Constants out of conditions are tried too. Those of conditions on several columns come first: the search among
 * combinations ends early. Others come last, since keys had better be far from what a migration writes by hand.
 */
export function candidatesFor(
  typeId: string,
  modifier: number,
  types: ReadonlyMap<string, SeedType>,
  { alone, joint }: Conditions,
): Candidates {
  const { wide, plain } = ofType(typeId, modifier, types, 0);
  const all = [...mined(joint), ...plain, ...mined([...alone, ...domainChecks(typeId, types)])];
  return { wide, plain: [...new Set(all)].slice(0, MOST) };
}

const MOST = 80;
/** Composite types and arrays of them may hold each other. */
const DEEPEST = 5;

function ofType(typeId: string, modifier: number, types: ReadonlyMap<string, SeedType>, depth: number): Candidates {
  const type = types.get(typeId);
  if (type === undefined || depth > DEEPEST) return { plain: UNKNOWN };
  const inner = (id: string, its = -1): Candidates => ofType(id, its, types, depth + 1);
  if (type.kind === 'd' && type.base !== null) return inner(type.base, type.baseModifier);
  if (type.kind === 'e') return { plain: type.labels ?? [] };
  if (type.kind === 'r' && type.element !== null) {
    return { plain: [...inner(type.element).plain.slice(0, 4).map(point), 'empty'] };
  }
  if (type.kind === 'm' && type.element !== null) {
    return { plain: [...inner(type.element).plain.map((range) => `{${range}}`), '{}'] };
  }
  if (type.kind === 'c') return composite(type, inner);
  // An array's own modifier is that of its elements.
  if (type.element !== null) {
    const { wide, plain } = inner(type.element, modifier);
    return {
      wide: wide && [array(wide[0]), array(wide[1]), array(wide[2])],
      plain: [...plain.slice(0, 4).map(array), '{}'],
    };
  }
  return known(type.name, modifier) ?? { plain: UNKNOWN };
}

function domainChecks(typeId: string, types: ReadonlyMap<string, SeedType>): readonly string[] {
  const type = types.get(typeId);
  if (type === undefined) return [];
  const next = type.kind === 'd' ? type.base : type.element;
  return [...(type.checks ?? []), ...(next === null ? [] : domainChecks(next, types))];
}

const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;
const array = (element: string): string => `{${quoted(element)}}`;
const point = (bound: string): string => `[${quoted(bound)},${quoted(bound)}]`;

function composite({ attributes }: SeedType, inner: (id: string, modifier: number) => Candidates): Candidates {
  const parts = (attributes ?? []).map(({ typeId, modifier }) => inner(typeId, modifier).plain);
  const row = (pick: (plain: readonly string[]) => string | undefined): string =>
    `(${parts.map((plain) => (pick(plain) === undefined ? '' : quoted(pick(plain) ?? ''))).join(',')})`;
  return {
    plain: [0, 1, 2].map((at) => row((plain) => plain[Math.min(at, plain.length - 1)])).concat(row(() => undefined)),
  };
}

/** The header of varchar(n) and of numeric in a modifier. */
const HEADER = 4;
/** Longer than the usual varchar(255), and short enough for an index. */
const LONG_TEXT = 300;
const LONGEST_TEXT = 2_400;
const WORDS = [
  'lockstep-seed-1',
  'lockstep-seed-2',
  'lockstep-seed-3',
  'lockstep-seed-4',
  'seed-1',
  'seed-2',
  'seed-3',
];
const SHORT = ['one', 'two', 'three', 'a', 'b', 'c', 'd', 'e', 'f'];
/** Forms that conditions on texts ask for. */
const FORMS = [
  ...['seed1@example.test', 'seed2@example.test', 'seed3@example.test'],
  ...['https://example.test/1', 'https://example.test/2', 'https://example.test/3'],
  ...['A', 'B', 'C', 'AB', 'CD', 'EF', 'ABC', 'DEF', 'GHI', 'A1', 'ABC-123', '1', '2', '3', '12345', '12346', '12347'],
  ...[
    '+491234567',
    '#a0b1c2',
    '192.0.2.1',
    '2001-02-03',
    '1.2.3',
    '/a/b',
    'a_b',
    'a.b',
    'en-US',
    '00000000-0000-4000-8000-000000000001',
  ],
];

const long = (length: number): Wide => ['x'.repeat(length), 'y'.repeat(length), 'z'.repeat(length)];

function texts(length: number | undefined): Candidates {
  const all = [...WORDS, ...SHORT, ...FORMS];
  if (length === undefined) return { wide: long(LONG_TEXT), plain: all };
  return { wide: long(Math.min(length, LONGEST_TEXT)), plain: all.filter((text) => text.length <= length) };
}

/** Far from what sequences and rows written by hand begin with: a migration's own rows must not meet them. */
const WHOLE = ['1000001', '1000002', '1000003', '1000004'];
const SMALL = ['31', '32', '33', '1', '2', '3', '0', '5', '10', '50', '100', '-1'];

function numeric(modifier: number): Candidates {
  if (modifier < HEADER)
    return { wide: ['3000000051.25', '3000000001.25', '3000000002.25'], plain: [...WHOLE, ...SMALL, '0.5'] };
  const precision = ((modifier - HEADER) >> 16) & 0xffff;
  // Eleven bits, signed: https://github.com/postgres/postgres/blob/REL_15_0/src/backend/utils/adt/numeric.c
  const scale = (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024;
  const whole = precision - scale;
  const zeros = '0'.repeat(Math.max(0, Math.min(whole, 400) - 1));
  const wide = whole > 0 ? ([`1${zeros}`, `2${zeros}`, `3${zeros}`] as const) : undefined;
  return { wide, plain: [...WHOLE, ...SMALL, '0.5', '0.05', '0.005', '0'] };
}

const minutes = (text: (two: string) => string): readonly string[] => ['01', '02', '03', '04'].map(text);

/** Of the server's own types and of the usual extensions'. */
function known(name: string, modifier: number): Candidates | undefined {
  switch (name) {
    case 'text':
    case 'citext':
    case 'name':
      return texts(name === 'name' ? 60 : undefined);
    case 'varchar':
    case 'bpchar':
      return texts(modifier < HEADER ? undefined : modifier - HEADER);
    case 'numeric':
      return numeric(modifier);
    case 'int8':
      return {
        wide: ['3000000051', '3000000001', '3000000002'],
        plain: [...WHOLE, '3000000003', '3000000004', '3000000005', ...SMALL],
      };
    case 'bit':
    case 'varbit':
      return {
        plain:
          modifier < 1 ? ['1', '0'] : ['0', '1', '10'].map((bits) => bits.padStart(modifier, '0').slice(-modifier)),
      };
    case 'vector':
    case 'halfvec':
      return { plain: ['1', '2', '3'].map((one) => `[${Array(Math.max(modifier, 1)).fill(one).join(',')}]`) };
    default: {
      const plain = PLAIN[name];
      return plain === undefined ? undefined : { wide: WIDE[name], plain };
    }
  }
}

const STAMPS = minutes((at) => `2001-02-03 04:05:${at}+00`);

const WIDE: Readonly<Record<string, Wide>> = {
  int4: ['1000051', '1000061', '1000062'],
  int2: ['30051', '30061', '30062'],
  uuid: [
    '5eed0000-0000-4000-8000-000000000051',
    '5eed0000-0000-4000-8000-000000000061',
    '5eed0000-0000-4000-8000-000000000062',
  ],
};

const PLAIN: Readonly<Record<string, readonly string[]>> = {
  int4: [...WHOLE, ...SMALL],
  int2: ['30001', '30002', '30003', '30004', ...SMALL],
  oid: WHOLE,
  float4: ['1000001', '1000002', '1000003', '0.5', ...SMALL],
  float8: ['1000001.5', '1000002.5', '1000003.5', '0.5', ...SMALL],
  money: ['1000.01', '1000.02', '1000.03'],
  bool: ['false', 'true'],
  char: ['a', 'b', 'c'],
  date: ['2001-02-03', '2001-02-04', '2001-02-05', '2001-02-06', '2030-01-01'],
  time: minutes((at) => `04:05:${at}`),
  timetz: minutes((at) => `04:05:${at}+00`),
  timestamp: STAMPS,
  timestamptz: [...STAMPS, '2030-01-01 00:00:00+00'],
  interval: ['1 hour', '2 hours', '3 hours', '0', '1 day'],
  uuid: [1, 2, 3, 4].map((last) => `5eed0000-0000-4000-8000-00000000000${last}`),
  json: ['{}', '[]', '"a"', '1'],
  jsonb: ['{}', '{"a": 1}', '{"a": 2}', '[]', '[1]', '"a"', '1'],
  jsonpath: ['$.a', '$.b', '$.c'],
  bytea: ['\\x5eed01', '\\x5eed02', '\\x5eed03', '\\x', ...[16, 20, 32, 64].map((bytes) => `\\x${'5e'.repeat(bytes)}`)],
  inet: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'],
  cidr: ['192.0.2.0/28', '192.0.2.16/28', '192.0.2.32/28'],
  macaddr: ['08:00:2b:01:02:01', '08:00:2b:01:02:02', '08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:01', '08:00:2b:01:02:03:04:02', '08:00:2b:01:02:03:04:03'],
  point: ['(1,1)', '(2,2)', '(3,3)'],
  line: ['{1,1,1}', '{1,1,2}', '{1,1,3}'],
  lseg: ['[(0,0),(1,1)]', '[(2,2),(3,3)]', '[(4,4),(5,5)]'],
  box: ['(1,1),(0,0)', '(3,3),(2,2)', '(5,5),(4,4)'],
  path: ['[(0,0),(1,1)]', '[(2,2),(3,3)]', '[(4,4),(5,5)]'],
  polygon: ['((0,0),(1,0),(1,1))', '((2,2),(3,2),(3,3))', '((4,4),(5,4),(5,5))'],
  circle: ['<(0,0),1>', '<(5,5),1>', '<(9,9),1>'],
  xml: ['<a/>', '<b/>', '<c/>'],
  tsvector: ['one', 'two', 'three'],
  tsquery: ['one', 'two', 'three'],
  pg_lsn: ['0/1', '0/2', '0/3'],
  txid_snapshot: ['1:1:', '2:2:', '3:3:'],
  pg_snapshot: ['1:1:', '2:2:', '3:3:'],
  xid: ['1', '2', '3'],
  xid8: ['1', '2', '3'],
  tid: ['(0,1)', '(0,2)', '(0,3)'],
  regclass: ['pg_class', 'pg_type', 'pg_proc'],
  regtype: ['integer', 'text', 'boolean'],
  regproc: ['now', 'pi', 'random'],
  regrole: ['pg_monitor', 'pg_read_all_data', 'pg_write_all_data'],
  regnamespace: ['pg_catalog', 'public', 'information_schema'],
  hstore: ['a=>1', 'a=>2', 'a=>3'],
  ltree: ['seed.one', 'seed.two', 'seed.three'],
  lquery: ['one', 'two', 'three'],
  geometry: ['POINT(1 1)', 'POINT(2 2)', 'POLYGON((0 0,1 0,1 1,0 0))', 'LINESTRING(0 0,1 1)'],
  geography: ['POINT(1 1)', 'POINT(2 2)', 'POLYGON((0 0,1 0,1 1,0 0))', 'LINESTRING(0 0,1 1)'],
  cube: ['(1)', '(2)', '(3)'],
};

/** For a type that nobody here has heard of. */
const UNKNOWN = ['1', '2', '3', 'a', 'b', 'c', '', '{}', '[]', '()', '(1,1)', '[1]', '0', 'a=>1', '1.0.0'];
