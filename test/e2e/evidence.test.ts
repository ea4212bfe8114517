import { beforeAll, describe, expect, it } from 'vitest';
import { traceRules } from '../../src/judgement/trace-rules.ts';
import type { Finding } from '../../src/report/model.ts';
import { type Checked, check } from '../support/check.ts';
import { createGitRepo, gitRepo } from '../support/git-repo.ts';

/** What the rehearsal makes of lint's alarms, and which it raises itself: many migrations in one pull request. */

const BASE = `
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), age int, nick text, CONSTRAINT age_known CHECK (age IS NOT NULL));
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total numeric, note text);
  CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint);
  CREATE TABLE logs (at date) PARTITION BY RANGE (at);
  CREATE TABLE tiny (id bigint PRIMARY KEY);
  CREATE TABLE events (at date) PARTITION BY RANGE (at);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  CREATE TABLE events_2031 (at date);
  CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE items ALTER COLUMN order_id TYPE numeric; END $$;`;

interface Case {
  readonly sql: string;
  /** 'rule severity evidence' of what is about evidence. */
  readonly says: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  '010_wider_text': {
    sql: 'ALTER TABLE users ALTER COLUMN email TYPE varchar(100);',
    says: ['changing-column-type info refuted'],
  },
  '011_rewrite': {
    sql: 'ALTER TABLE users ALTER COLUMN nick TYPE varchar(10);',
    says: ['changing-column-type block confirmed'],
  },
  '012_proven_not_null': {
    sql: 'ALTER TABLE users ALTER COLUMN age SET NOT NULL;',
    says: ['adding-not-nullable-field info refuted'],
  },
  '013_not_null_behind_a_lock': {
    sql: 'ALTER TABLE orders ADD COLUMN extra int;\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;',
    says: ['adding-not-nullable-field warn confirmed'],
  },
  '014_new_table': { sql: 'CREATE TABLE tags (id bigint PRIMARY KEY, name text);', says: [] },
  '015_index_on_new_table': {
    sql: 'CREATE INDEX tags_name ON tags (name);',
    says: [],
  },
  '016_fill_new_table': { sql: "INSERT INTO tags SELECT id, 'x' FROM users;", says: [] },
  '017_index_on_filled_table': {
    sql: 'CREATE INDEX tags_name_2 ON tags (name, id);',
    says: [],
  },
  '018_index': {
    sql: 'CREATE INDEX orders_note ON orders (note);',
    says: ['require-concurrent-index-creation warn confirmed'],
  },
  '029_index_under_a_lock': {
    sql: 'ALTER TABLE orders ADD COLUMN more int;\nCREATE INDEX orders_more ON orders (more);',
    says: ['require-concurrent-index-creation warn confirmed'],
  },
  '019_index_in_a_block': {
    sql: "DO $$ BEGIN EXECUTE 'CREATE INDEX orders_total ON orders (total)'; END $$;",
    says: ['reads-under-lock warn trace-only'],
  },
  '030_branch_that_rows_decide': {
    sql: 'DO $$ BEGIN IF EXISTS (SELECT FROM orders) THEN ALTER TABLE orders SET UNLOGGED; END IF; END $$;',
    says: ['rewriting-table block unproven'],
  },
  '031_parent_without_partitions': {
    sql: 'CREATE INDEX logs_at ON logs (at);',
    says: ['index-on-partitioned-table warn unproven'],
  },
  '032_two_tables_in_a_block': {
    sql: `DO $$ BEGIN
      ALTER TABLE tiny ADD EXCLUDE USING btree (id WITH =);
      CREATE INDEX items_order ON items (order_id);
    END $$;`,
    says: ['reads-under-lock warn trace-only', 'adding-exclusion-constraint info confirmed'],
  },
  '020_rewrite_in_a_function': { sql: 'SELECT widen();', says: ['rewrites-under-lock block trace-only'] },
  '021_validated_at_once': {
    sql: `ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
      ALTER TABLE orders VALIDATE CONSTRAINT of_user;`,
    says: ['constraint-missing-not-valid warn confirmed'],
  },
  '022_validated_in_a_block': {
    sql: `ALTER TABLE items ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
      DO $$ BEGIN ALTER TABLE items VALIDATE CONSTRAINT positive; END $$;`,
    says: ['slow-under-earlier-lock warn trace-only'],
  },
  '023_rows_behind_a_lock': {
    sql: `ALTER TABLE items ADD COLUMN checked boolean;
      DO $$ BEGIN EXECUTE format('UPDATE %I SET note = 1', 'orders'); END $$;`,
    says: ['writes-under-earlier-lock warn trace-only'],
  },
  '024_two_tables': {
    sql: 'ALTER TABLE items ADD COLUMN a int;\nALTER TABLE users ADD COLUMN a int;',
    says: ['locks-several-tables warn trace-only'],
  },
  '025_default_partition': {
    sql: "ALTER TABLE events ATTACH PARTITION events_2031 FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');",
    says: ['attaching-partition warn confirmed'],
  },
  '028_key_of_new_table': {
    sql: `CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint);
      ALTER TABLE notes ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id);`,
    says: [],
  },
  '026_concurrently': { sql: 'CREATE INDEX CONCURRENTLY orders_id_note ON orders (id, note);', says: [] },
  '027_instant': { sql: 'ALTER TABLE orders ADD COLUMN quick int NOT NULL DEFAULT 0;', says: [] },
};

/** Rules about breaking changes and the schema left behind have tests of their own. */
const JUDGED = new Set([
  ...Object.keys(traceRules),
  ...['changing-column-type', 'adding-not-nullable-field', 'require-concurrent-index-creation'],
  ...['constraint-missing-not-valid', 'adding-foreign-key-constraint', 'adding-exclusion-constraint'],
  ...['rewriting-table', 'index-on-partitioned-table', 'attaching-partition'],
]);

const ABOUT_EVIDENCE = ({ rule }: Finding): boolean => JUDGED.has(rule);

const said = ({ rule, severity, evidence }: Finding): string => `${rule} ${severity} ${evidence}`;

describe('the evidence of a check', () => {
  let checked: Checked;
  beforeAll(async () => {
    const repo = createGitRepo();
    repo.commit('base', {
      'migrations/001_base.sql': BASE,
      'lockstep.yml': 'tables:\n  tiny:\n    small: true\n',
    });
    repo.branch('change');
    const files = Object.entries(CASES).map(([name, { sql }]) => [`migrations/${name}.sql`, sql]);
    repo.commit('change', Object.fromEntries(files));
    checked = await check(repo).finally(() => repo.dispose());
  });

  it.each(Object.keys(CASES))('of %s', (name) => {
    const path = `migrations/${name}.sql`;
    const own = checked.report.findings.filter((finding) => finding.path === path && ABOUT_EVIDENCE(finding));
    expect(own.map(said)).toEqual(CASES[name]?.says);
  });

  it('names who waits, from what the rehearsal saw', () => {
    const impactOf = (name: string) =>
      checked.report.findings.find(({ path, impact }) => path === `migrations/${name}.sql` && impact !== undefined)
        ?.impact;
    expect(impactOf('018_index')).toEqual({ blocks: 'writes', relations: ['public.orders'] });
    expect(impactOf('020_rewrite_in_a_function')).toEqual({ blocks: 'reads and writes', relations: ['public.items'] });
    expect(impactOf('021_validated_at_once')).toEqual({
      blocks: 'writes',
      relations: ['public.users', 'public.orders'],
    });
    expect(impactOf('022_validated_in_a_block')?.relations).toEqual(['public.items']);
  });

  it('keeps what was refuted as a note with the reason, and counts it', () => {
    const note = checked.report.findings.find(({ evidence }) => evidence === 'refuted');
    expect(note?.message).toContain('Refuted: in the rehearsal it neither read nor rewrote a table');
    expect(checked.stdout.replace(/\s+/g, ' ')).toContain('2 alarms of lint refuted by the rehearsal');
  });

  it('shows by statement what is locked, rewritten, read, made and dropped', () => {
    const [statement] = checked.migration('011_rewrite').up?.statements ?? [];
    expect(statement).toMatchObject({
      locks: [{ relation: 'public.users', mode: 'ACCESS EXCLUSIVE', blocks: ['reads', 'writes'] }],
      rewrites: ['public.users', 'public.users_pkey'],
      scans: ['public.users'],
    });
    const [made] = checked.migration('014_new_table').up?.statements ?? [];
    expect(made).toMatchObject({ locks: [], creates: ['public.tags', 'public.tags_pkey'] });
    const [bare] = checked.migration('026_concurrently').up?.statements ?? [];
    expect(bare).toMatchObject({
      locks: [{ relation: 'public.orders', mode: 'SHARE UPDATE EXCLUSIVE', blocks: [] }],
      scans: ['public.orders'],
      creates: ['public.orders_id_note'],
    });
  });
});

describe('a tool that sends a file as one query', () => {
  it('has its statements followed all the same, in a run of their own', async () => {
    const repo = gitRepo({ 'migrations/000001_base.up.sql': BASE });
    repo.branch('change');
    repo.commit('change', {
      'migrations/000002_two.up.sql':
        'ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ALTER COLUMN nick TYPE varchar(9);',
      'migrations/000003_one.up.sql': 'CREATE INDEX CONCURRENTLY orders_note ON orders (note);',
      'migrations/000004_made.up.sql': 'CREATE TABLE made (x int);\nCREATE TABLE other (x int);',
      'migrations/000005_changed.up.sql': 'ALTER TABLE made ALTER x TYPE bigint;\nCREATE INDEX made_x ON made (x);',
    });
    const { report, migration } = await check(repo, ['--tool', 'golang-migrate']);
    expect(report.migrations.map(({ status }) => status)).toEqual(Array(4).fill('applied'));
    const [two, one] = report.migrations.map(({ up }) => up?.statements ?? []);
    expect(two?.map(({ rewrites = [] }) => rewrites)).toEqual([[], ['public.users', 'public.users_pkey']]);
    // What one has made, in a clone, is still nobody's when the next one changes it.
    expect(report.findings.filter(({ path, severity }) => /000005/.test(path) && severity === 'block')).toEqual([]);
    expect(one?.[0]?.locks?.map(({ mode }) => mode)).toEqual(['SHARE UPDATE EXCLUSIVE']);
    expect(migration('000002_two').up?.statements).toHaveLength(2);
  });
});

it('a rule that is switched off does not come back under another name', async () => {
  const repo = gitRepo({
    'migrations/001_base.sql': BASE,
    'lockstep.yml': 'lint:\n  rules:\n    require-concurrent-index-creation: off\n',
  });
  repo.branch('change');
  repo.commit('change', { 'migrations/002_index.sql': 'CREATE INDEX orders_note ON orders (note);' });
  const { report } = await check(repo);
  expect(report.findings.filter(({ rule }) => JUDGED.has(rule))).toEqual([]);
});

describe('a script that a question would disturb', () => {
  it('runs as it would', async () => {
    const repo = gitRepo({ 'migrations/001_base.sql': BASE });
    repo.branch('change');
    repo.commit('change', {
      // Too late after a query.
      'migrations/002_isolation.sql':
        'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSET TRANSACTION READ WRITE;\nALTER TABLE users ADD COLUMN a int;',
    });
    const { report, migration } = await check(repo);
    expect(report.migrations.map(({ up }) => up?.error?.message)).toEqual([undefined]);
    expect(migration('002_isolation').up?.statements.at(-1)?.locks).toHaveLength(1);
  });
});
