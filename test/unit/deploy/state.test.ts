import { describe, expect, it } from 'vitest';
import type { TargetHistory } from '../../../src/deploy/history/read.ts';
import { targetState } from '../../../src/deploy/history/state.ts';
import { type LedgerEntry, NO_LEDGER, type Step } from '../../../src/deploy/ledger/read.ts';
import { acknowledged, gatesOf } from '../../../src/deploy/plan/gates.ts';
import { numbered } from '../../../src/project/layouts/numbered.ts';
import { meaningHash } from '../../../src/project/meaning.ts';
import { loadParser, parseScript } from '../../../src/project/sql.ts';
import { statementHash } from '../../../src/project/statement-hash.ts';
import type { Migration } from '../../../src/project/types.ts';
import type { Policy } from '../../../src/settings/types.ts';
import { deployPolicy, migration, policy } from '../../support/change-set.ts';

// Cases are made of parsed statements.
await loadParser();

const one = migration('migrations/001_one.sql', 'CREATE TABLE one (id int);');
const two = migration('migrations/002_two.sql', 'CREATE TABLE two (id int);');
const three = migration('migrations/003_three.sql', 'CREATE TABLE three (id int);');

function entry(of: Migration, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: of.id,
    name: of.id,
    path: of.path,
    checksum: of.checksum,
    meaning: meaningHash(of.up),
    how: 'applied',
    appliedAt: new Date(0),
    durationMs: 1,
    commit: 'a'.repeat(40),
    pullRequest: undefined,
    actor: undefined,
    runUrl: undefined,
    ...changes,
  };
}

function history(
  entries: readonly LedgerEntry[],
  steps: ReadonlyMap<string, readonly Step[]> = new Map(),
): TargetHistory {
  const ledger = { ...NO_LEDGER, exists: true, entries, steps };
  return { ledger, tool: undefined, relation: 'lockstep.migrations', toolTableMissing: false, others: [] };
}

const never = (): boolean => false;
const ids = (all: readonly Migration[]): string[] => all.map(({ id }) => id);

function closed(
  of: TargetHistory,
  migrations: readonly Migration[],
  judge: Policy = policy(),
  contents?: string,
  toolRefusesEdits = false,
) {
  const accepts = (path: string): boolean =>
    judge.historyAccept !== 'never' && judge.historyAccept.some((accepted) => accepted.path === path);
  const gates = gatesOf({
    state: targetState(of, migrations, numbered, accepts),
    policy: judge,
    noHistory: of.ledger.entries.length === 0,
    contents,
    pooler: 'none',
    poolerHelp: '',
    standby: false,
    toolRefusesEdits,
    checksDue: undefined,
    forbidden: [],
  });
  return gates.filter(({ open }) => !open);
}

describe('what the repository holds against what the target says', () => {
  it('what is not applied is pending, in order', () => {
    const state = targetState(history([entry(one)]), [one, two, three], numbered, never);
    expect(ids(state.pending)).toEqual(['002_two', '003_three']);
    expect(state).toMatchObject({ outOfOrder: [], edited: [], missing: [], unfinished: [] });
    expect(closed(history([entry(one)]), [one, two, three])).toEqual([]);
  });

  it('one that sorts before an applied one is out of order, and never skipped in silence', () => {
    const of = history([entry(one), entry(three)]);
    expect(ids(targetState(of, [one, two, three], numbered, never).outOfOrder)).toEqual(['002_two']);
    expect(closed(of, [one, two, three])).toMatchObject([
      { name: 'order', details: ['002_two (migrations/002_two.sql)'] },
    ]);
    const allowed = policy({ deploy: deployPolicy({ outOfOrder: 'apply' }) });
    expect(closed(of, [one, two, three], allowed)).toEqual([]);
    const itself = { ...two, directives: { ...two.directives, outOfOrder: { reason: 'independent' } } };
    expect(closed(of, [one, itself, three])).toEqual([]);
  });

  it('an edit of comments closes no gate, an edit of meaning does', () => {
    const commented = migration('migrations/001_one.sql', '-- the first\nCREATE TABLE one (id int);');
    const changed = migration('migrations/001_one.sql', 'CREATE TABLE one (id bigint);');
    const of = history([entry(one)]);
    expect(targetState(of, [commented], numbered, never).edited).toMatchObject([{ edit: 'cosmetic' }]);
    expect(closed(of, [commented])).toEqual([]);
    expect(acknowledged(targetState(of, [commented], numbered, never), policy())).toMatchObject([
      { migration: commented },
    ]);
    expect(closed(of, [changed])).toMatchObject([{ name: 'edited', details: ['001_one (migrations/001_one.sql)'] }]);
    const accepting = policy({ historyAccept: [{ path: 'migrations/001_one.sql', reason: 'never deployed' }] });
    expect(closed(of, [changed], accepting)).toEqual([]);
    expect(acknowledged(targetState(of, [changed], numbered, never), policy())).toEqual([]);
  });

  it("an edit that the tool's checksum tells closes the gate only where the tool itself would refuse", () => {
    const said = { applied: ['001_one', '002_two'], failed: [], edited: ['001_one', '002_two'] };
    const of: TargetHistory = { ...history([entry(two)]), tool: said };
    const state = targetState(of, [one, two], numbered, never);
    // Of what the ledger knows, its own checksum counts.
    expect(state.edited).toMatchObject([{ migration: one, entry: undefined, edit: 'unknown' }]);
    expect(acknowledged(state, policy({ historyAccept: [{ path: one.path, reason: 'x' }] }))).toEqual([]);
    expect(closed(of, [one, two])).toEqual([]);
    expect(closed(of, [one, two], policy(), undefined, true)).toMatchObject([{ name: 'edited', open: false }]);
    const accepting = policy({ historyAccept: [{ path: one.path, reason: 'reformatted' }] });
    expect(closed(of, [one, two], accepting, undefined, true)).toEqual([]);
  });

  it('what runs again with each change has no place in the order', () => {
    const views = { ...three, repeatable: true as const };
    const of = history([entry(one), entry(views)]);
    expect(targetState(of, [one, two, views], numbered, never)).toMatchObject({ pending: [two], outOfOrder: [] });
    const late = history([entry(one), entry(two)]);
    expect(targetState(late, [views, one, two], numbered, never)).toMatchObject({ pending: [views], outOfOrder: [] });
  });

  it('what only the tool calls failed is told in its words; what Lockstep has begun goes on', () => {
    const failed = [{ identity: '002_two', says: 'ERROR: no such\ntable' }];
    const of: TargetHistory = { ...history([]), tool: { applied: ['001_one'], failed } };
    expect(closed(of, [one, two])).toMatchObject([
      { name: 'unfinished', details: ["002_two: the tool's history calls it failed: ERROR: no such table"] },
    ]);
    const openings = new Map([['002_two', { after: '001_one' }]]);
    expect(closed({ ...of, ledger: { ...of.ledger, openings } }, [one, two])).toEqual([]);
  });

  it('one that the repository does not have is refused, until it is released', () => {
    const of = history([entry(one), entry(two)]);
    expect(closed(of, [one])).toMatchObject([{ name: 'missing' }]);
    expect(closed(of, [one])[0]?.details).toEqual(['002_two (migrations/002_two.sql, applied from aaaaaaa)']);
    expect(closed(of, [one], policy({ historyAccept: [{ path: two.path, reason: 'gone' }] }))).toEqual([]);
    expect(closed(of, [one], policy({ historyAccept: 'never' }))).toMatchObject([{ name: 'missing' }]);
  });

  it('one that was renamed, as the settings say, does not run again', () => {
    const renamed = migration('migrations/004_two.sql', two.up.text);
    const of = history([entry(one), entry(two)]);
    const state = targetState(of, [one, renamed], numbered, (path) => path === two.path);
    expect(state).toMatchObject({ pending: [], missing: [], renamed: [{ identity: '004_two' }] });
  });

  it('one that is gone has become one other: a second file of the same text is pending', () => {
    const copies = [4, 5].map((number) => migration(`migrations/00${number}_two.sql`, two.up.text));
    const state = targetState(
      history([entry(one), entry(two)]),
      [one, ...copies],
      numbered,
      (path) => path === two.path,
    );
    expect(state).toMatchObject({ missing: [], renamed: [{ identity: '004_two' }], pending: [{ id: '005_two' }] });
    // Two that are gone are two others.
    const both = [entry(two), entry(two, { identity: '003_two', path: 'migrations/003_two.sql' })];
    const all = targetState(history([entry(one), ...both]), [one, ...copies], numbered, () => true);
    expect(all).toMatchObject({ missing: [], pending: [] });
    expect(all.renamed.map(({ identity, entry: was }) => [was?.identity, identity])).toEqual([
      ['002_two', '004_two'],
      ['003_two', '005_two'],
    ]);
  });

  it('a database with tables and no history is refused, an empty one is not', () => {
    const [gate] = closed(history([]), [one, two], policy(), 'the table public.users');
    expect(gate).toMatchObject({ name: 'baseline', message: expect.stringContaining('the table public.users') });
    expect(gate?.help).toContain('lockstep baseline --to 002_two');
    expect(closed(history([]), [one, two])).toEqual([]);
  });
});

describe('a migration that was begun and not finished', () => {
  const sql = 'SET lock_timeout = 1;\nCREATE INDEX CONCURRENTLY i ON one (id);\nINSERT INTO one VALUES (1);';
  const loose = migration('migrations/002_two.sql', sql, { execution: 'autocommit' });
  const hashes = (of: Migration): string[] => (parseScript(of.up).statements ?? []).map(statementHash);
  const step = (of: Migration, statement: number, state: Step['state']): Step => {
    return { statement, hash: hashes(of)[statement] ?? '', state, before: null };
  };
  const gates = (now: Migration, ...steps: Step[]) =>
    closed(history([entry(one)], new Map([[loose.id, steps]])), [one, now]);

  it('goes on by itself where it stopped', () => {
    expect(gates(loose, step(loose, 0, 'done'), step(loose, 1, 'started'))).toEqual([]);
  });

  it.each<[string, Migration, readonly Step[], string]>([
    [
      'a finished statement changed',
      migration(loose.path, sql.replace('= 1', '= 2'), { execution: 'autocommit' }),
      [step(loose, 0, 'done')],
      'statement 1, which is done, has been changed since',
    ],
    [
      'the statement where it stopped changed',
      migration(loose.path, sql.replace('(id)', '(id, id)'), { execution: 'autocommit' }),
      [step(loose, 1, 'started')],
      'statement 2, where it stopped, has been changed since',
    ],
    [
      'it became a transaction',
      migration(loose.path, 'INSERT INTO one VALUES (1);'),
      [step(loose, 0, 'done')],
      'it now runs in a transaction',
    ],
  ])('asks when %s', (_, now, steps, told) => {
    const [gate] = gates(now, ...steps);
    expect(gate?.name).toBe('unfinished');
    expect(gate?.details?.join()).toContain(told);
    expect(gate?.help).toContain('lockstep resolve 002_two --as');
  });

  it('comments may change meanwhile', () => {
    const commented = migration(loose.path, `-- why\n${sql.replace('CREATE', '/* now */ CREATE')}`, {
      execution: 'autocommit',
    });
    expect(gates(commented, step(loose, 0, 'done'), step(loose, 1, 'started'))).toEqual([]);
  });

  it.each([
    'CREATE TEMP TABLE t (a int)',
    'SELECT 1 AS a INTO TEMP t',
    'CREATE TEMP TABLE t AS SELECT 1',
    'CREATE TEMP VIEW t AS SELECT 1',
    'CREATE TEMP SEQUENCE t',
  ])('asks when what is done made what the session has lost: %s', (made) => {
    const now = migration(loose.path, `${made};\nINSERT INTO one VALUES (1);`, { execution: 'autocommit' });
    expect(gates(now, step(now, 0, 'done'))[0]?.details?.join()).toContain('made a temporary table');
  });

  it('asks when no catalog tells whether the statement happened', () => {
    const now = migration(loose.path, 'ALTER SUBSCRIPTION s ADD PUBLICATION p;', { execution: 'autocommit' });
    expect(gates(now, step(now, 0, 'started'))[0]?.details?.join()).toContain('nothing can tell whether statement 1');
  });

  it('asks when it is gone from the repository', () => {
    const of = history([entry(one)], new Map([[loose.id, [step(loose, 0, 'done')]]]));
    expect(closed(of, [one])[0]?.details).toEqual(['002_two: it is not in the repository any more']);
  });
});
