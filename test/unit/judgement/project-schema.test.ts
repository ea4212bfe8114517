import { describe, expect, test } from 'vitest';
import { type NotCompared, projectSchemas, type Sides } from '../../../src/judgement/project-schema.ts';
import { differenceLines } from '../../../src/judgement/schema-diff.ts';
import {
  type Catalog,
  type CatalogObject,
  joinNames,
  keyOf,
  type ObjectKind,
} from '../../../src/postgres/catalog/catalog.ts';
import { compare } from '../../../src/postgres/catalog/compare.ts';

type Facts = Readonly<Record<string, string>>;
/** By kind and names, as in the lines of a difference: 'column public.users.nick'. */
type Objects = Readonly<Record<string, Facts>>;

const PARTS: ReadonlySet<string> = new Set(['column', 'index', 'constraint', 'trigger', 'policy']);

function catalog(objects: Objects): Catalog {
  const made = new Map<string, CatalogObject>();
  for (const [text, { on, ...facts }] of Object.entries(objects)) {
    const [, kind = '', names = ''] = text.match(/^(.+) (\S+)$/) ?? [];
    const path = names.split('.');
    const [schema = '', table = ''] = path;
    const object: CatalogObject = {
      kind: kind as ObjectKind,
      schema: path.length === 1 ? '' : schema,
      path,
      name: joinNames(path),
      ...(PARTS.has(kind) && { table: on ?? joinNames([schema, table]) }),
      facts,
    };
    made.set(keyOf(object), object);
  }
  return { objects: made, columnOrder: new Map(), cluster: 'one', identities: new Map() };
}

interface Seen {
  readonly lines: readonly string[];
  readonly notCompared: NotCompared;
}

function differ(made: Objects, found: Objects, more: Partial<Sides> = {}): Seen {
  const sides = projectSchemas({
    made: catalog(made),
    found: catalog(found),
    setup: undefined,
    unread: new Set(),
    ignoreSchemas: ['lockstep'],
    ignoreRelations: ['public.history'],
    rehearsalRole: 'lockstep_rehearsal',
    ...more,
  });
  return { lines: differenceLines(compare(sides.made, sides.found)), notCompared: sides.notCompared };
}

const USERS: Objects = {
  'schema public': { owner: 'pg_database_owner' },
  'table public.users': { owner: 'lockstep_rehearsal' },
  'column public.users.id': { type: 'integer', 'not null': 'not null' },
};
const NOTHING: NotCompared = { setup: 0, schemas: [], partitions: 0, platform: 0, histories: [] };

describe('no difference', () => {
  const same: readonly (readonly [what: string, made: Objects, found: Objects])[] = [
    [
      'owner, grants and tablespace',
      {},
      { 'table public.users': { owner: 'app', grants: 'grant SELECT to x', tablespace: 'fast' } },
    ],
    [
      'the owner and comment of public',
      { 'schema public': { comment: 'standard' } },
      { 'schema public': { owner: 'rdsadmin' } },
    ],
    [
      'rows: of a materialized view',
      { 'materialized view public.m': { populated: 'not populated' } },
      { 'materialized view public.m': {} },
    ],
    ['the last CLUSTER', {}, { 'table public.users': { clustered: 'clustered' } }],
    [
      'tuning that no migration did',
      {},
      { 'table public.users': { options: 'fillfactor=70\nautovacuum_enabled=false', 'replica identity': 'full' } },
    ],
    [
      'the name of NOT NULL',
      { 'column public.users.id': { type: 'integer', 'not null': 'not null (constraint "Needs (it)")' } },
      {},
    ],
    [
      'who CURRENT_USER of a policy was',
      { 'policy public.users.p': { command: 'ALL', roles: 'lockstep_rehearsal' } },
      { 'policy public.users.p': { command: 'ALL', roles: 'app' } },
    ],
    [
      'where a foreign server is',
      { 'server s': { wrapper: 'w', 'server options': 'host=a' } },
      { 'server s': { wrapper: 'w', 'server options': 'host=b' } },
    ],
    ['the version of an extension', { 'extension x': { version: '1' } }, { 'extension x': { version: '2' } }],
    [
      'an extension, a role, a setting, a publication that no migration makes',
      {},
      { 'extension x': {}, 'role r': {}, 'setting s': {}, 'publication p': {} },
    ],
    [
      'the ledger and the history table',
      {},
      {
        'schema lockstep': {},
        'table lockstep.runs': {},
        'table public.history': {},
        'column public.history.id': { type: 'text' },
      },
    ],
    ['an empty schema', {}, { 'schema empty': {} }],
  ];
  test.each(same)('%s', (_, made, found) => {
    const { lines, notCompared } = differ({ ...USERS, ...made }, { ...USERS, ...made, ...USERS, ...found });
    expect({ lines, notCompared }).toEqual({ lines: [], notCompared: NOTHING });
  });

  test('a type of an extension that the target keeps in another schema', () => {
    const side = (schema: string): Objects => ({
      'extension citext': { 'in schema': schema },
      'table public.t': {},
      'column public.t.a': { type: `${schema}.citext`, default: `'x'::${schema}.citext` },
    });
    expect(differ(side('public'), side('extensions')).lines).toEqual([]);
  });

  test('a list of a varchar that was read back from a dump', () => {
    const check = (list: string): Objects => ({
      ...USERS,
      'constraint public.users.c': { type: 'check', definition: `CHECK (((a)::text = ANY (${list})))` },
    });
    const made = check("(ARRAY['it''s'::character varying, 'b, c'::character varying])::text[]");
    const found = check("ARRAY[('it''s'::character varying)::text, ('b, c'::character varying)::text]");
    expect(differ(made, found).lines).toEqual([]);
    expect(differ(made, check("ARRAY[('it''s'::character varying)::text]")).lines).toHaveLength(1);
  });
});

describe('a difference', () => {
  const different: readonly (readonly [what: string, made: Objects, found: Objects, line: string])[] = [
    [
      'a table left over',
      USERS,
      { ...USERS, 'table public.left': {}, 'column public.left.a': { type: 'text' } },
      '+ table public.left',
    ],
    [
      'a column by hand',
      USERS,
      { ...USERS, 'column public.users.a': { type: 'text' } },
      '+ column public.users.a text',
    ],
    [
      'an option that a migration set',
      { ...USERS, 'table public.users': { options: 'fillfactor=50' } },
      USERS,
      '- table public.users: option fillfactor=50',
    ],
    [
      "a view's option by hand",
      { 'view public.v': {} },
      { 'view public.v': { options: 'security_invoker=on' } },
      '+ view public.v: option security_invoker=on',
    ],
    [
      'an extension that is missing',
      { ...USERS, 'extension x': { version: '1', 'in schema': 'public' } },
      USERS,
      '- extension x',
    ],
    [
      'a role that a policy names',
      { 'policy public.users.p': { command: 'ALL', roles: 'a' } },
      { 'policy public.users.p': { command: 'ALL', roles: 'b' } },
      '~ policy p on public.users: roles a -> b',
    ],
  ];
  test.each(different)('%s', (_, made, found, line) => {
    expect(differ(made, found).lines).toEqual([expect.stringContaining(line)]);
  });

  test('public is the project’s own as long as no migration makes anything', () => {
    expect(differ({}, { 'table public.left': {} }).lines).toEqual(['+ table public.left']);
  });
});

describe('whose a schema is', () => {
  const app: Objects = { 'schema app': {}, 'table app.t': {} };

  test('what stands in schemas that no migration makes or fills is told, not compared', () => {
    const { lines, notCompared } = differ(app, {
      ...app,
      'table public.other': {},
      'schema reports': {},
      'view reports.v': {},
    });
    expect({ lines, schemas: notCompared.schemas }).toEqual({ lines: [], schemas: ['public', 'reports'] });
  });

  test('one that is called like a service’s is the project’s when the migrations make it', () => {
    const made: Objects = { 'schema auth': {}, 'table auth.users': {} };
    expect(differ(made, { ...made, 'table auth.left': {} }).lines).toEqual(['+ table auth.left']);
    const hosted: Objects = { ...made, 'schema auth': { owner: 'supabase_admin' }, 'table auth.left': {} };
    expect(differ(made, hosted).lines).toEqual([]);
    const { 'schema auth': _, ...filled } = made;
    expect(differ(filled, { ...made, 'table auth.left': {} }).lines).toEqual([]);
  });

  test('what belongs to a role of the hosting service is not the project’s', () => {
    const { lines, notCompared } = differ(app, { ...app, 'table app.tool': { owner: 'cloudsqladmin' } });
    expect([lines, notCompared.platform]).toEqual([[], 1]);
  });
});

describe('what stood there before the migrations', () => {
  const legacy: Objects = { 'table public.legacy': {}, 'column public.legacy.a': { type: 'text' } };
  const setup = catalog({ ...legacy, 'column public.legacy.b': { type: 'text' } });
  const made: Objects = { ...legacy, 'column public.legacy.new': { type: 'date' }, 'table public.t': {} };

  test('may be otherwise on the target, and have more', () => {
    const found: Objects = {
      ...made,
      'column public.legacy.a': { type: 'integer' },
      'column public.legacy.c': { type: 'date' },
    };
    const { lines, notCompared } = differ(made, found, { setup });
    expect([lines, notCompared.setup]).toEqual([[], 2]);
  });

  test('must have changed as the migrations change it', () => {
    const { 'column public.legacy.new': _, ...without } = made;
    const { lines } = differ(made, { ...without, 'column public.legacy.b': { type: 'text' } }, { setup });
    expect(lines).toEqual(['- column public.legacy.new date', '+ column public.legacy.b text']);
  });
});

describe('partitions', () => {
  const events: Objects = { 'table public.events': { 'partition by': 'RANGE (at)' } };
  const july: Objects = { 'table public.events_july': { 'partition of': 'public.events' } };
  const first: Objects = { 'table public.july_first': { 'partition of': 'public.events_july' } };

  test('that jobs make are counted, with those below them; what is missing of the migrations’ is told', () => {
    const { lines, notCompared } = differ(events, { ...events, ...july, ...first, 'index public.events_july.i': {} });
    expect([lines, notCompared.partitions]).toEqual([[], 2]);
    expect(differ({ ...events, ...july }, events).lines).toEqual(['- table public.events_july']);
  });

  test('with an invalid index are a difference', () => {
    const index: Objects = { 'index public.july_first.i': { definition: 'btree (at)', validity: 'invalid' } };
    expect(differ(events, { ...events, ...july, ...first, ...index }).lines).toEqual([
      expect.stringMatching(/^\+ index .*july_first.* invalid$/),
    ]);
  });

  test('of a table left over are a part of that difference', () => {
    expect(differ({}, { ...events, ...july }).lines).toHaveLength(2);
  });
});

test('kinds that could not be read on the target are compared on neither side', () => {
  const made: Objects = { ...USERS, 'trigger public.users.t': { definition: 'CREATE TRIGGER BEFORE UPDATE' } };
  expect(differ(made, USERS).lines).toHaveLength(1);
  expect(differ(made, USERS, { unread: new Set<ObjectKind>(['trigger']) }).lines).toEqual([]);
});
