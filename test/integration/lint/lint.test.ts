import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSquawk } from '../../../src/lint/find-squawk.ts';
import { added, changeSet, migration, policy } from '../../support/change-set.ts';
import { brief, lintOf, squawkBinary } from './support.ts';

/** Lint of new up scripts by their SQL. */
function lintSql(...scripts: string[]) {
  return lintOf(changeSet(scripts.map((sql, index) => added(`migrations/00${index + 1}_m.sql`, sql))));
}

/** 'line severity rule' of a single script. */
async function rulesIn(sql: string): Promise<string[]> {
  return brief(await lintSql(sql)).map((line) => line.replace(/^[^:]*:/, ''));
}

describe("Squawk's findings", () => {
  test.each([
    ['CREATE INDEX i ON users (a);', ['1 warn require-concurrent-index-creation']],
    ['DROP TABLE users;', ['1 block ban-drop-table']],
    [
      'ALTER TABLE users\n  ADD COLUMN a bigint NOT NULL,\n  DROP COLUMN b;',
      ['2 block adding-required-field', '3 warn ban-drop-column'],
    ],
    ['CREATE TABLE t (id int);', ['1 info prefer-bigint-over-int']],
    ['ALTER TABLE users RENAME COLUMN a TO b;', ['1 block renaming-column']],
    ['ALTER TABLE users ALTER COLUMN a SET NOT NULL;', ['1 warn adding-not-nullable-field']],
    ['CREATE INDEX CONCURRENTLY i ON users (a);', []],
    // Timeouts are the deploy's business, and robust statements the runner's.
    ['ALTER TABLE users ADD COLUMN a bigint;', []],
  ])('%j', async (sql, expected) => expect(await rulesIn(sql)).toEqual(expected));
});

describe('one fact is one finding', () => {
  test.each([
    ['ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES b (id);', ['1 warn adding-foreign-key-constraint']],
    ['ALTER TABLE a ADD CONSTRAINT u UNIQUE (b);', ['1 warn disallowed-unique-constraint']],
    ['ALTER TABLE a ADD PRIMARY KEY (b);', ['1 block adding-serial-primary-key-field']],
    // NOT VALID, which Squawk advises, does not exist for it.
    ['ALTER TABLE a ADD CONSTRAINT e EXCLUDE USING gist (b WITH =);', ['1 block adding-exclusion-constraint']],
    ['ALTER TABLE a ADD COLUMN b bigint GENERATED ALWAYS AS IDENTITY;', ['1 block adding-rewriting-column']],
    ['ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid();', ['1 block adding-field-with-default']],
    ['ALTER TABLE a ADD COLUMN b uuid[] DEFAULT ARRAY[gen_random_uuid()];', ['1 block adding-rewriting-column']],
    ['ALTER TABLE a ADD COLUMN b bigint UNIQUE;', ['1 warn disallowed-unique-constraint']],
    ['ALTER TABLE a ADD COLUMN b bigint CHECK (b > 0);', ['1 warn adding-column-with-constraint']],
    ['ALTER TABLE a ADD COLUMN b bigint;\nUPDATE a SET b = 1;', ['2 block lock-held-over-rows']],
    [
      'ALTER TABLE a ADD COLUMN b bigint;\nUPDATE a SET b = 1;\nDELETE FROM a;\nALTER TABLE d DROP COLUMN b;\nDELETE FROM d;',
      ['2 block lock-held-over-rows', '4 warn ban-drop-column', '5 block lock-held-over-rows'],
    ],
    ['ALTER TABLE a ADD COLUMN b bigint;\nUPDATE c SET b = 1;', ['2 warn lock-held-over-rows']],
    ['ALTER TABLE a RENAME TO b;', ['1 block renaming-table']],
    ['ALTER TABLE a RENAME TO b; CREATE VIEW a AS SELECT * FROM b;', ['1 info renaming-table']],
    ['TRUNCATE a;', ['1 block ban-truncate']],
    ['TRUNCATE a CASCADE;', ['1 block ban-truncate-cascade']],
    ['REINDEX TABLE a;', ['1 block require-concurrent-reindex']],
    ['REINDEX (CONCURRENTLY false) TABLE a;', ['1 block blocking-reindex']],
    [
      'ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES b (id),\n  ADD CONSTRAINT c CHECK (b > 0);',
      ['1 warn adding-foreign-key-constraint', '2 warn constraint-missing-not-valid'],
    ],
    ['CREATE TABLE t ();\nCREATE INDEX CONCURRENTLY i ON users (a);', ['2 block mixed-transaction']],
    ['BEGIN;\nALTER TABLE users ADD COLUMN a bigint;\nBEGIN;\nCOMMIT;', ['1 block transaction-control']],
  ])('%j', async (sql, expected) => expect(await rulesIn(sql)).toEqual(expected));
});

describe('advice that cannot be followed, or protects nobody, is not given', () => {
  test.each([
    ['it attaches an index that is there', 'ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX i;'],
    ['an index on a new table', 'CREATE TABLE t (a bigint); CREATE INDEX i ON t (a); DROP INDEX i;'],
    [
      'a foreign key of a new table',
      'CREATE TABLE public.t (a bigint); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users (id);',
    ],
    [
      'a new table that is renamed',
      'CREATE TABLE t (a bigint); ALTER TABLE t RENAME TO u; ALTER TABLE u DROP COLUMN a;',
    ],
    ['a temporary table', 'CREATE TEMP TABLE t AS SELECT 1; DROP TABLE t;'],
    ['a new materialized view', 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX i ON m (a);'],
    ['inside the own transaction of the file', 'BEGIN; CREATE TABLE t (a bigint); CREATE INDEX i ON t (a); COMMIT;'],
    ['CONCURRENTLY is illegal there', 'CREATE INDEX i ON ONLY parent (a);'],
    [
      'a default that is one value for all rows',
      "ALTER TABLE a ADD COLUMN b timestamptz DEFAULT now() + interval '1 day';",
    ],
    ['a new column refers to nothing yet', 'ALTER TABLE a ADD COLUMN b bigint REFERENCES c (id);'],
  ])('%s: %s', async (_, sql) => expect(await rulesIn(sql)).toEqual([]));

  test('about what an earlier file of the same change set has made', async () => {
    const { findings } = await lintSql(
      'CREATE TABLE t (a bigint, b bigint); CREATE TABLE gone (a bigint);',
      'DROP TABLE gone;',
      'CREATE INDEX i ON public.t (a);\nALTER TABLE t DROP COLUMN b;\nTRUNCATE t;\nDROP TABLE gone;',
    );
    expect(brief({ findings })).toEqual(['migrations/003_m.sql:4 block ban-drop-table']);
  });

  test.each([
    ['an existing table of that name in another schema', 'CREATE TABLE s.t (a bigint); ALTER TABLE t DROP COLUMN a;'],
    ['the table is new only afterwards', 'DROP TABLE t; CREATE TABLE t (a bigint);'],
    ['only one of two tables is new', 'CREATE TABLE t (a bigint); DROP TABLE t, users;'],
  ])('but is where %s', async (_, sql) => expect(await rulesIn(sql)).toHaveLength(1));

  test('SET NOT NULL after an earlier migration proved it', async () => {
    const scripts = [
      'ALTER TABLE users ADD CONSTRAINT c CHECK ("eMail" IS NOT NULL) NOT VALID;',
      'ALTER TABLE users VALIDATE CONSTRAINT c;',
      'ALTER TABLE users ALTER COLUMN "eMail" SET NOT NULL, ALTER COLUMN b SET NOT NULL;',
    ];
    const { findings } = await lintSql(...scripts);
    expect(findings).toMatchObject([
      {
        path: 'migrations/003_m.sql',
        rule: 'adding-not-nullable-field',
        column: 1 + (scripts[2] ?? '').lastIndexOf('SET'),
      },
    ]);
  });
});

describe('on a partitioned table', () => {
  const base = [
    migration('migrations/001_a.sql', 'CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);'),
    migration('migrations/002_a.sql', 'CREATE INDEX events_at ON events (at);'),
  ];
  const lintOne = (sql: string) => lintOf(changeSet([added('migrations/003_m.sql', sql)], { base }));

  test.each([
    ['CREATE INDEX i ON events (id);', ['warn index-on-partitioned-table']],
    ['DROP INDEX events_at;', ['info index-on-partitioned-table']],
    ['ALTER TABLE ONLY events ADD CONSTRAINT u UNIQUE (id, at);', []],
    ['ALTER TABLE events ADD CONSTRAINT u UNIQUE (id, at);', ['warn disallowed-unique-constraint']],
  ])('no form is advised that Postgres lacks: %s', async (sql, expected) => {
    const { findings } = await lintOne(sql);
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(expected);
    for (const { help } of findings) expect(help).not.toMatch(/events ADD CONSTRAINT \S+ UNIQUE USING INDEX/);
  });

  test('NOT VALID is advised for a foreign key of a partitioned table from Postgres 18 on', async () => {
    const sql = 'ALTER TABLE events ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES users (id);';
    const set = changeSet([added('migrations/003_m.sql', sql)], { base });
    const before = await lintOf(set, { postgresMajor: 17 });
    expect(before.findings).toMatchObject([
      { rule: 'adding-foreign-key-constraint', help: expect.stringContaining('before Postgres 18') },
    ]);
    expect(before.findings[0]?.suggestion).toBeUndefined();
    const since = await lintOf(set, { postgresMajor: 18 });
    expect(since.findings).toMatchObject([{ suggestion: expect.stringContaining('NOT VALID') }]);
  });
});

describe('places are true', () => {
  test.each([
    ['ASCII', "SELECT 'x'; DROP TABLE a;", 1, 13],
    ['beyond ASCII', "SELECT 'ä€😀'; DROP TABLE a;", 1, 16],
    ['CRLF', 'SELECT 1;\r\nSELECT 2; DROP TABLE a;\r\n', 2, 11],
    ['blanked other half of a file', `${' '.repeat(20)}\n\n\nDROP TABLE a;`, 4, 1],
    ['after a comment', '-- ünïcödé\n/* € */ DROP TABLE a;', 2, 9],
  ])('%s', async (_, sql, line, column) => {
    const { findings } = await lintSql(sql);
    expect(findings).toMatchObject([{ rule: 'ban-drop-table', line, column }]);
  });

  test('the statement is named', async () => {
    const { findings } = await lintSql('SELECT 1;\nSELECT 2;\nDROP TABLE a\n;\nSELECT 3;');
    expect(findings).toMatchObject([{ line: 3, statement: 2 }]);
  });
});

test('a file that cannot be read, parsed or run never hides the others', async () => {
  const result = await lintSql('SELEC 1;', 'DROP TABLE a;', 'COMMIT;', '\\i x.sql', 'DROP TABLE b;');
  expect(brief(result)).toEqual([
    'migrations/001_m.sql:1 block syntax-error',
    'migrations/002_m.sql:1 block ban-drop-table',
    'migrations/003_m.sql:1 block transaction-control',
    'migrations/004_m.sql:1 block psql-meta-command',
    'migrations/005_m.sql:1 block ban-drop-table',
  ]);
  expect([...result.refused]).toEqual(['001_m', '003_m', '004_m']);
  expect(result.notAnalysed.map(({ path }) => path)).toEqual(['migrations/001_m.sql', 'migrations/004_m.sql']);
  expect([result.files, result.statements]).toEqual([3, 3]);
});

test('a file whose sections are broken is refused and named, and no comment releases it', async () => {
  const text = '-- lockstep-ignore-file broken-sections -- why\n-- migrate:up\n';
  const one = migration('migrations/001_a.sql', text);
  const problem = { path: one.path, line: 3, endLine: 4, message: 'it stands outside' };
  const broken = { ...one, sectionProblems: [problem] };
  const result = await lintOf(changeSet([{ kind: 'added', migration: broken }]));
  expect(brief(result)).toEqual([
    'migrations/001_a.sql:1 warn unused-suppression',
    'migrations/001_a.sql:3 block broken-sections',
  ]);
  expect([...result.refused, ...result.refusedDown]).toEqual(['001_a', '001_a']);
  expect(result.notAnalysed).toContainEqual({ path: one.path, line: 3, reason: 'it stands outside' });
  // What stood there before is not this change's doing.
  const edited = await lintOf(
    changeSet([{ kind: 'modified', before: broken, migration: broken, edit: 'cosmetic' }], { base: [broken] }),
  );
  expect(brief(edited)).not.toContain('migrations/001_a.sql:3 block broken-sections');
  expect([...edited.refused]).toEqual([]);
});

test('a file that the tool refuses for another reason is told so, with what helps there', async () => {
  const one = migration('migrations/001_a.sql', 'SELECT 1;\n-- lockstep-ignore-file tool-refuses -- why\n');
  const problem = { path: one.path, line: 1, endLine: 1, message: 'it has no value', help: 'Give it one.' };
  const result = await lintOf(changeSet([{ kind: 'added', migration: { ...one, sectionProblems: [problem] } }]));
  expect(brief(result)).toEqual([
    'migrations/001_a.sql:1 block tool-refuses',
    'migrations/001_a.sql:2 warn unused-suppression',
  ]);
  expect(result.findings[0]).toMatchObject({ message: 'it has no value.', help: 'Give it one.' });
  expect([...result.refused]).toEqual(['001_a']);
});

test('coverage counts files, not scripts, and names those that are ignored', async () => {
  const one = migration('migrations/001_a.sql', 'SELECT 1;');
  const both = { ...one, down: { path: one.path, text: '         SELECT 2;' } };
  const ignored = [{ path: 'migrations/x.sql', reason: 'A symbolic link' }];
  const result = await lintOf(changeSet([{ kind: 'added', migration: both }], { ignored }));
  expect([result.files, result.statements]).toEqual([1, 2]);
  expect(result.notAnalysed).toContainEqual({ path: 'migrations/x.sql', reason: 'A symbolic link' });
});

test('an earlier migration says what a call does', async () => {
  const base = [
    migration('migrations/001_a.sql', 'CREATE PROCEDURE batch() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;'),
  ];
  const call = added('migrations/002_b.sql', 'CALL batch();', { execution: 'autocommit' });
  expect(brief(await lintOf(changeSet([call], { base })))).toEqual(['migrations/002_b.sql:1 warn transaction-control']);
});

test('rules of later stages that always block are told to settings and comments', async () => {
  const set = changeSet([added('migrations/001_a.sql', '-- lockstep-ignore tests-fail -- why\nSELECT 1;')]);
  const result = await lintOf(set, {
    policy: policy({ lint: { rules: { 'tests-fail': 'off' } } }),
    otherRules: ['tests-fail'],
    otherMandatory: new Set(['tests-fail']),
  });
  expect(brief(result)).toEqual([
    'lockstep.yml:1 warn fixed-severity',
    'migrations/001_a.sql:1 warn unused-suppression',
  ]);
});

test('down scripts are kept from harm, not linted', async () => {
  const result = await lintOf(
    changeSet([
      added('migrations/001_a.sql', 'SELECT 1', { down: 'DROP TABLE a' }),
      added('migrations/002_b.sql', 'SELECT 1', { down: 'DROP TABEL b' }),
    ]),
  );
  expect(brief(result)).toEqual(['migrations/002_b.down.sql:1 block syntax-error']);
  expect([[...result.refused], [...result.refusedDown]]).toEqual([[], ['002_b']]);
});

test('old migrations are not judged by new rules', async () => {
  const base = [migration('migrations/001_a.sql', 'DROP TABLE a; COMMIT;')];
  const before = migration('migrations/002_b.sql', 'DROP TABLE b;');
  const after = migration('migrations/002_b.sql', 'DROP TABLE c;\nDISCARD ALL;');
  const result = await lintOf(
    changeSet([{ kind: 'modified', before, migration: after, edit: 'meaning' }], { base: [...base, before] }),
  );
  expect(brief(result)).toEqual([
    'migrations/002_b.sql:1 block migration-edited',
    'migrations/002_b.sql:2 block session-tampering',
  ]);
});

describe('suppressions', () => {
  test('in either style are shown with their reason, for rules of either side', async () => {
    const result = await lintSql(
      '-- squawk-ignore ban-drop-table -- moved to a service\nDROP TABLE a;\n-- lockstep-ignore cluster-wide-statement\nCREATE ROLE r;',
    );
    expect(result.findings).toMatchObject([
      { rule: 'ban-drop-table', severity: 'block', suppressed: { reason: 'moved to a service' } },
      { rule: 'cluster-wide-statement', suppressed: { reason: 'no reason given' } },
    ]);
  });

  test('without a reason do not release what blocks', async () => {
    expect(await rulesIn('-- squawk-ignore ban-drop-table\nDROP TABLE a;')).toEqual([
      '1 warn suppression-without-reason',
      '2 block ban-drop-table',
    ]);
  });

  test('of a looser timeout let the script pass', async () => {
    const sql = '-- lockstep-ignore looser-timeout -- runs at night\nSET lock_timeout = 0;\nSELECT 1;';
    expect([...(await lintSql(sql)).refused]).toEqual([]);
    expect([...(await lintSql(sql.slice(sql.indexOf('SET')))).refused]).toEqual(['001_m']);
  });
});

describe('configuration', () => {
  const dangerous = changeSet([
    added('db/migrations/001_a.sql', 'DROP TABLE a;'),
    added('db/migrations/old/002_b.sql', 'DROP TABLE b; CREATE ROLE r;'),
  ]);

  test.each([
    ['excluded_rules = ["ban-drop-table"]', 0],
    ['excluded_paths = ["*001_a.sql"]', 1],
    ['excluded_paths = ["db/migrations/old/*"]', 1],
    ['pg_version = "9.6"\nassume_in_transaction = false\n[upload_to_github]\nfail_on_violations = true', 2],
  ])('of Squawk is kept: %j', async (squawkConfig, drops) => {
    const { findings } = await lintOf(dangerous, { squawkConfig });
    expect(findings.filter(({ rule }) => rule === 'ban-drop-table')).toHaveLength(drops);
  });

  test('of lockstep.yml excludes paths from all of lint, and tells', async () => {
    const result = await lintOf(dangerous, { policy: policy({ lint: { exclude: ['db/migrations/old/**'] } }) });
    expect(brief(result)).toEqual(['db/migrations/001_a.sql:1 block ban-drop-table']);
    expect(result.notAnalysed).toContainEqual({
      path: 'db/migrations/old/002_b.sql',
      reason: 'excluded from lint by lint.exclude',
    });
  });

  test('but not from what keeps databases from harm', async () => {
    const result = await lintOf(changeSet([added('old/001_a.sql', 'COMMIT;')]), {
      policy: policy({ lint: { exclude: ['**'] } }),
    });
    expect(brief(result)).toEqual(['old/001_a.sql:1 block transaction-control']);
  });

  test('of lockstep.yml sets severities', async () => {
    const rules = {
      'ban-drop-table': 'info',
      'cluster-wide-statement': 'off',
      'require-lock-timeout': 'warn',
    } as const;
    expect(brief(await lintOf(dangerous, { policy: policy({ lint: { rules } }) }))).toEqual([
      'db/migrations/001_a.sql:1 warn require-lock-timeout',
      'db/migrations/001_a.sql:1 info ban-drop-table',
      'db/migrations/old/002_b.sql:1 warn require-lock-timeout',
      'db/migrations/old/002_b.sql:1 info ban-drop-table',
    ]);
  });

  test('of lockstep.yml says what rules of either side are worth on some tables', async () => {
    const set = changeSet([
      added('migrations/001_a.sql', 'CREATE INDEX i ON a (x);\nCREATE INDEX j ON b (x);\nTRUNCATE b;'),
    ]);
    const small = policy({ tables: { b: { small: true } } });
    expect(brief(await lintOf(set, { policy: small }))).toEqual([
      'migrations/001_a.sql:1 warn require-concurrent-index-creation',
      'migrations/001_a.sql:2 info require-concurrent-index-creation',
      'migrations/001_a.sql:3 block ban-truncate',
    ]);
  });

  test('of lockstep.yml counts for the indexes of a table', async () => {
    const base = [migration('migrations/001_a.sql', 'CREATE INDEX i ON flags (x);\nCREATE INDEX j ON b (x);')];
    const set = changeSet([added('migrations/002_a.sql', 'REINDEX INDEX i;\nREINDEX INDEX j;')], { base });
    expect(brief(await lintOf(set, { policy: policy({ tables: { flags: { small: true } } }) }))).toEqual([
      'migrations/002_a.sql:1 info require-concurrent-reindex',
      'migrations/002_a.sql:2 block require-concurrent-reindex',
    ]);
  });

  test('of lockstep.yml asks for a rule of Squawk in some migrations', async () => {
    const overrides = [
      {
        rules: ['require-table-schema'],
        paths: ['db/migrations/old/**'],
        tables: undefined,
        severity: 'warn' as const,
      },
    ];
    const found = brief(await lintOf(dangerous, { policy: policy({ lint: { overrides } }) }));
    expect(found.filter((line) => line.includes('require-table-schema'))).toEqual([
      'db/migrations/old/002_b.sql:1 warn require-table-schema',
    ]);
  });

  test("Squawk's version-dependent rules go by the rehearsal's server", async () => {
    const set = changeSet([added('migrations/001_a.sql', 'VACUUM FULL users;')]);
    // One fact is one finding: ours speaks where Squawk is silent.
    expect(brief(await lintOf(set, { postgresMajor: 18 }))).toEqual(['migrations/001_a.sql:1 block rewriting-table']);
    expect(brief(await lintOf(set, { postgresMajor: 19 }))).toEqual(['migrations/001_a.sql:1 block prefer-repack']);
  });
});

test.each([
  'migrations/001_[a]*?.sql',
  'migrations/001 ä {b}.sql',
  'migrations/001_$(touch x)\'".sql',
  'migrations/001_--help.sql',
])('a file may be called %s', async (path) => {
  expect(brief(await lintOf(changeSet([added(path, 'DROP TABLE a;')])))).toEqual([`${path}:1 block ban-drop-table`]);
});

test('a thousand files take two calls, not a thousand', async () => {
  const changes = Array.from({ length: 1000 }, (_, index) =>
    added(
      `migrations/${String(index + 1).padStart(4, '0')}_m.sql`,
      index % 2 === 0
        ? `CREATE TABLE t${index} (id bigint); DROP TABLE a${index};`
        : `CREATE INDEX CONCURRENTLY i${index} ON t (a);`,
    ),
  );
  await lintSql('SELECT 1');
  const started = performance.now();
  const { findings } = await lintOf(changeSet(changes));
  const duration = performance.now() - started;
  expect(findings).toHaveLength(500);
  // Far above what it takes, far below a call per file.
  expect(duration).toBeLessThan(2500);
});

describe('when Squawk itself fails', () => {
  async function withProgram<T>(script: string, work: (program: string) => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
    try {
      const program = join(directory, 'squawk');
      await writeFile(program, script);
      await chmod(program, 0o755);
      return await work(program);
    } finally {
      await rm(directory, { recursive: true });
    }
  }
  const set = changeSet([added('migrations/001_a.sql', 'SELECT 1')]);
  const leftovers = async () =>
    (await Promise.all(['/dev/shm', tmpdir()].map((directory) => readdir(directory).catch(() => []))))
      .flat()
      .filter((name) => name.startsWith('lockstep-squawk-') && name.includes(`-${process.pid}-`));

  test('its words are told, and nothing is left behind', async () => {
    await withProgram('#!/bin/sh\necho "Configuration error: nonsense" >&2\nexit 1\n', async (squawkBinary) => {
      await expect(lintOf(set, { squawkBinary })).rejects.toMatchObject({
        code: 'squawk-failed',
        message: expect.stringContaining('Configuration error: nonsense'),
      });
    });
    await expect(lintOf(set, { squawkBinary: '/nonexistent' })).rejects.toMatchObject({ code: 'squawk-failed' });
    expect(await leftovers()).toEqual([]);
  });

  test('a file that only it cannot parse is named as not analysed', async () => {
    const answer = JSON.stringify([
      {
        file: '0001.sql',
        line: 0,
        column: 0,
        line_end: 0,
        column_end: 1,
        level: 'Error',
        message: 'expected R_PAREN',
        help: null,
        rule_name: 'syntax-error',
      },
    ]);
    const result = await withProgram(`#!/bin/sh\necho '${answer}'\nexit 1\n`, (squawkBinary) =>
      lintOf(set, { squawkBinary }),
    );
    expect(brief(result)).toEqual(['migrations/001_a.sql:1 info squawk-gave-up']);
    expect(result.notAnalysed).toEqual([{ path: 'migrations/001_a.sql', reason: 'Squawk cannot parse it' }]);
  });

  test('a run that is cancelled stops', async () => {
    await expect(lintOf(set, { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow('cancelled');
  });
});

test('LOCKSTEP_SQUAWK names the program to use', async () => {
  const place = { from: import.meta.filename, toolDirectory: '/nonexistent' };
  expect(await findSquawk({ ...place, env: { LOCKSTEP_SQUAWK: '/opt/squawk' } })).toBe('/opt/squawk');
  expect(await squawkBinary()).toMatch(/node_modules.*squawk$/);
});

test('what lint cannot see is named', async () => {
  const { notAnalysed } = await lintSql('SELECT 1;\nDO $$ BEGIN\nEXECUTE $x$ ALTER ROLE r LOGIN $x$; END $$;');
  expect(notAnalysed.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
    '2 Squawk does not look into DO blocks',
    '3 its effects leave the database: rehearsed as far as the rehearsal role may',
  ]);
});
