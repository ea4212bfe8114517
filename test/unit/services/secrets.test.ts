import { describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../../src/report/json-schema.ts';
import { createScrubber, scrubbed, secretForms } from '../../../src/services/secrets.ts';
import { FIXED_FIELDS, NAMING_FIELDS } from '../../../src/services/structural-fields.ts';

const masked = (value: string) => ({ value, masked: true });
/** Its padding may stay where it stands. */
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');
const stripped = (value: string) => ({ value, masked: false });

describe('the forms of a secret', () => {
  it.each([
    ['postgres://app:s3cret@db.example.com:5432/shop', ['s3cret']],
    ['postgresql://app:p%40ss%2Fword@db/shop', ['p%40ss%2Fword', 'p@ss/word']],
    ['postgres://app:p@ss/word#1@db/shop', ['p@ss/word#1', 'p%40ss%2Fword%231']],
    ['postgres://db/shop?user=app&password=top%20secret', ['top%20secret', 'top secret']],
    ['ghp_0123456789', ['ghp_0123456789']],
    ['ghp_0123456789', [base64('ghp_0123456789'), base64('x-access-token:ghp_0123456789')]],
    ['postgres://app:s3%20cret@db/shop', [base64('app:s3%20cret'), base64('app:s3 cret'), base64('s3 cret')]],
    ['line one"\nline two', ['line one\\"\\nline two', 'line%20one%22%0Aline%20two']],
  ])('%j has %j among them', (value, forms) => {
    expect(secretForms(masked(value))).toEqual(expect.arrayContaining([value, ...forms]));
  });

  it('of a URL that is only stripped are those of the whole: its password may be a word', () => {
    const forms = secretForms(stripped('postgres://postgres:postgres@localhost:5432/postgres'));
    expect(forms).not.toContain('postgres');
    expect(forms).toContain('postgres://postgres:postgres@localhost:5432/postgres');
  });

  it('come with the longest first, so that none leaves a rest of another', () => {
    const lengths = secretForms(masked('postgres://app:s3cret@db/shop')).map(({ length }) => length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  });

  it('are none of what is too short to be anything but a word', () => {
    expect(secretForms(masked('abc'))).toEqual([]);
  });

  it('hide neither host nor user nor database', () => {
    const scrub = createScrubber([masked('postgres://app:s3cret@db.example.com:5432/shop')]);
    expect(scrub('app at db.example.com:5432/shop')).toBe('app at db.example.com:5432/shop');
  });
});

describe('what carries a secret in base64', () => {
  it('a header of git, with its padding', () => {
    const header = `AUTHORIZATION: basic ${Buffer.from('x-access-token:ghs_01').toString('base64')}`;
    expect(createScrubber([masked('ghs_01')])(header)).toMatch(/^AUTHORIZATION: basic \*\*\*=*$/);
  });

  it('the alphabet of URLs', () => {
    const token = '??>>~~ghs_01';
    expect(createScrubber([stripped(token)])(Buffer.from(token).toString('base64url'))).toBe('***');
  });
});

describe('a text without secrets', () => {
  const secrets = [masked('postgres://app:p%40ss@db/shop'), masked('tok$en(1)')];

  it.each([
    ['connect to postgres://app:p%40ss@db/shop failed', 'connect to *** failed'],
    ['password "p@ss" is wrong, p%40ss too', 'password "***" is wrong, *** too'],
    ['tok$en(1)tok$en(1)', '******'],
    ['nothing here', 'nothing here'],
  ])('%j becomes %j', (text, expected) => {
    expect(createScrubber(secrets)(text)).toBe(expected);
  });

  it('holds for every string in a value, whose shape stays', () => {
    const value = { a: ['p@ss', 1, null, { b: 'x p@ss', c: undefined }], 'p@ss': true };
    expect(scrubbed(value, secrets)).toEqual({ a: ['***', 1, null, { b: 'x ***', c: undefined }], 'p@ss': true });
  });

  it('is the very same value when there are none', () => {
    const value = { a: 'x' };
    expect(scrubbed(value, [])).toBe(value);
  });
});

/** Fields of the report that quote what people, databases and programs wrote. */
const FREE_TEXT = [
  ...[
    'error.message',
    'error.hint',
    'rehearsal.server',
    'rehearsal.rows.notFilled.reason',
    'notices',
    'coverage.notAnalysed.reason',
  ],
  ...['migrations.why', 'migrations.risk.reasons', 'migrations.schemaDiff', 'migrations.up.statements.sql'],
  'migrations.down.statements.sql',
  ...['migrations.down.difference', 'migrations.down.losesData'],
  ...['up', 'down'].flatMap((way) =>
    ['message', 'detail', 'hint', 'where', 'excerpt', 'ranBefore'].map((name) => `migrations.${way}.error.${name}`),
  ),
  ...['title', 'message', 'help', 'suppressed.reason', 'suggestion', 'excerpt'].map((name) => `findings.${name}`),
  ...['tests.command', 'tests.tail', 'schemaDiff.tables.lines', 'history.entries.actor'],
  ...['history.lastRun.result', 'history.lastRun.error'],
  ...['message', 'details', 'help'].map((name) => `plan.gates.${name}`),
  ...['plan.blockers.sessions', 'lock.holder', 'migrations.up.attempts.blockers'].flatMap((session) =>
    ['application', 'state', 'query'].map((name) => `${session}.${name}`),
  ),
  'migrations.up.attempts.message',
  ...['git.subject', 'deployment.title', 'deployment.stages.failure.message', 'deployment.stages.failure.blocker'],
];

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function stringsOf(schema: Schema, field = ''): { field: string; isEnum: boolean }[] {
  const isEnum = schema.enum !== undefined || typeof schema.const === 'string';
  return [
    ...([schema.type].flat().includes('string') || isEnum ? [{ field, isEnum }] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
      stringsOf(inner, field === '' ? name : `${field}.${name}`),
    ),
    ...[...(schema.items ? [schema.items] : []), ...(schema.anyOf ?? [])].flatMap((inner) => stringsOf(inner, field)),
  ];
}

describe('a report without secrets', () => {
  const fields = stringsOf(reportJsonSchema());

  it('has a decision for every string in its schema: fixed, a name, or free text', () => {
    const decided = [...FIXED_FIELDS, ...NAMING_FIELDS, ...FREE_TEXT];
    expect(decided.toSorted()).toEqual([...new Set(fields.map(({ field }) => field))].toSorted());
  });

  it('keeps to its schema: what is one of a few values stays', () => {
    expect(fields.filter(({ field, isEnum }) => isEnum && !FIXED_FIELDS.has(field))).toEqual([]);
    const report = { tool: { name: 'lockstep' }, migrations: [{ change: 'modified', why: 'modified' }] };
    const secrets = [stripped('lockstep'), masked('modified')];
    expect(scrubbed(report, secrets)).toEqual({ ...report, migrations: [{ change: 'modified', why: '***' }] });
  });

  it('keeps its paths and names when a password from the environment is a word', () => {
    const report = {
      findings: [{ path: 'migrations/003.sql', message: 'in migrations' }],
      tests: [{ phase: 'after', command: 'echo migrations' }],
    };
    expect(scrubbed(report, [stripped('migrations')])).toEqual({
      findings: [{ path: 'migrations/003.sql', message: 'in ***' }],
      tests: [{ phase: 'after', command: 'echo ***' }],
    });
  });

  it('shows neither a token that was given to us nor a connection URL, not even in a path', () => {
    const secrets = [masked('ghs_0123456789'), stripped('postgres://app:s3cret@h/db')];
    const report = { migrations: [{ id: 'ghs_0123456789', path: 'a/postgres://app:s3cret@h/db' }] };
    expect(scrubbed(report, secrets)).toEqual({ migrations: [{ id: '***', path: 'a/***' }] });
  });
});
