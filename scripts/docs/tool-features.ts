/**
 * What Lockstep does for each migration tool: one entry for each tool, in the order of `layouts` in detect.ts. Each cell names
 * the test that proves it: `test/unit/docs-tools.test.ts` looks for it.
 */

export interface Proven {
  /** Markdown, a few words. */
  readonly says: string;
  /** Below `test/`. */
  readonly test: string;
  /** What stands in that file: the test's title, or the line that registers it. */
  readonly title: string;
}

/** There is no such thing with this tool. */
type Absent = 'absent';

export const columns = {
  recognised: 'recognised by',
  runs: 'runs',
  history: 'history, read and written',
  down: 'down script',
  lock: "the tool's lock",
  checksum: 'checksum',
  late: 'a file merged late',
  repeatable: 'repeatable',
} as const;

export type Column = keyof typeof columns;

interface ToolFeatures extends Readonly<Record<Column, Proven | Absent>> {
  /** As `tool` in the settings; its page is `docs/tools/<tool>.md`. */
  readonly tool: string;
  /** Which tests take turns with the tool itself; 'sources': none do, and docs/unproven.md says so. */
  readonly real: Proven | 'sources' | Absent;
}

export const proven = (says: string, test: string, title: string): Proven => ({ says, test, title });

const DETECT = 'unit/project/layouts/detect.test.ts';
const ENDINGS = 'integration/tools/line-endings.test.ts';

/** The real tool and Lockstep take turns on one database. */
const roundTrip = (says: string, tool: string): Proven =>
  proven(says, `integration/tools/${tool}.test.ts`, `roundTrip({\n  name: '${tool}'`);

/** Lockstep and the tool itself, as npm has it. */
const withTool = (tool: string): Proven => roundTrip('yes', tool);

const excluding = (tool: string): Proven =>
  proven('taken after ours', `integration/tools/${tool}.test.ts`, '  lock: { key: ');

/** The tool cannot be had: its table and rows, as its sources make them, and Lockstep take turns. */
const standIn = (says: string, tool: string): Proven => roundTrip(says, tool);

const LOCKS = 'integration/tools/locks.test.ts';

const OURS = 'none; the ledger has one';

export const toolFeatures: readonly ToolFeatures[] = [
  {
    tool: 'drizzle',
    real: withTool('drizzle'),
    recognised: proven('`meta/_journal.json`', DETECT, "['a journal',"),
    runs: proven(
      'a transaction for each file, unless its statements refuse one or it says so; the rehearsal also runs all in one, as the tool does',
      'integration/tools/drizzle.test.ts',
      'is told what Drizzle, in its one transaction, would fail on',
    ),
    history: roundTrip('`drizzle.__drizzle_migrations`: a row each', 'drizzle'),
    down: proven(
      'none; `x.down.sql` or a `-- Rollback` comment is read',
      'unit/project/layouts/drizzle.test.ts',
      'a down script beside its migration is one',
    ),
    lock: 'absent',
    checksum: proven(
      'its hash tells edits, on any system',
      'integration/tools/drizzle.test.ts',
      'an edit is seen by the hash; other line breaks are no edit',
    ),
    late: proven(
      'applied, where the tool skips it in silence',
      'integration/tools/drizzle.test.ts',
      'what was merged late is not skipped in silence',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'drizzle-1',
    real: withTool('drizzle-1'),
    recognised: proven('`x/snapshot.json`', DETECT, "['folders with snapshots',"),
    runs: proven(
      'as with 0.x',
      'unit/project/layouts/drizzle-folders.test.ts',
      'folders are migrations, by name; marks divide their statements',
    ),
    history: roundTrip('`drizzle.__drizzle_migrations`: a row each; the table of 0.x is upgraded', 'drizzle-1'),
    down: proven(
      'none; `down.sql` or a `-- Rollback` comment is read',
      'unit/project/layouts/prisma.test.ts',
      '`down.sql` beside it is the way back, or a comment',
    ),
    lock: 'absent',
    checksum: proven(
      'its hash tells edits, on any system',
      'unit/project/layouts/drizzle-folders.test.ts',
      'a row is known by its name',
    ),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'drizzle-1'"),
    repeatable: 'absent',
  },
  {
    tool: 'prisma',
    real: withTool('prisma'),
    recognised: proven('`x/migration.sql`', DETECT, "['folders',"),
    runs: proven(
      'a file as one query',
      'integration/tools/prisma.test.ts',
      'two indexes CONCURRENTLY in one file fail in the rehearsal',
    ),
    history: roundTrip('`_prisma_migrations`: a row for each try; a failed one is explained and settled', 'prisma'),
    down: proven(
      'none; `down.sql` or a `-- Rollback` comment is read',
      'unit/project/layouts/prisma.test.ts',
      '`down.sql` beside it is the way back, or a comment',
    ),
    lock: proven(
      'taken after ours, let go of round CONCURRENTLY',
      'integration/tools/prisma.test.ts',
      'Prisma waits while Lockstep applies, and Lockstep for Prisma',
    ),
    checksum: proven(
      'tells edits, on any system',
      'integration/tools/prisma.test.ts',
      'a checksum of other line breaks is none of an edit',
    ),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'prisma'"),
    repeatable: 'absent',
  },
  {
    tool: 'supabase',
    real: withTool('supabase'),
    recognised: proven('the folder `supabase/migrations`', DETECT, 'what lies in supabase/migrations'),
    runs: proven(
      'a transaction for each file, unless a statement refuses one',
      'unit/project/layouts/supabase.test.ts',
      'a file with a statement that refuses a transaction has none',
    ),
    history: roundTrip('`supabase_migrations.schema_migrations`: a row each, with its statements', 'supabase'),
    down: proven(
      'none; a `-- Rollback` comment is read',
      'unit/project/layouts/supabase.test.ts',
      'the way back stands in a comment',
    ),
    lock: 'absent',
    checksum: proven(OURS, ENDINGS, "['supabase',"),
    late: proven(
      'refused, or applied where that is allowed',
      'integration/tools/supabase.test.ts',
      'what was merged late stops both',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'atlas',
    real: 'sources',
    recognised: proven('`atlas.sum`', DETECT, "['a folder with atlas.sum',"),
    runs: proven(
      'a transaction for each file; none with `atlas:txmode none`',
      'unit/project/layouts/atlas.test.ts',
      "['-- atlas:txmode none\\n\\nSELECT 1;', 'autocommit'",
    ),
    history: standIn('`atlas_schema_revisions.atlas_schema_revisions`: a row each, half-done ones told', 'atlas'),
    down: proven('none; Atlas works its own out', 'integration/tools/atlas.test.ts', "down: 'missing'"),
    lock: proven('taken after ours', LOCKS, "'atlas',\n    '2686470616'"),
    checksum: proven(
      'atlas.sum is verified',
      'unit/project/layouts/atlas.test.ts',
      "is worked out as in Atlas' own tests",
    ),
    late: proven(
      'refused, or runs as its author says',
      'integration/tools/atlas.test.ts',
      'what came too late is told, and applied when it may',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'flyway',
    real: 'sources',
    recognised: proven('`V1__x.sql`', DETECT, "['versions with two underscores',"),
    runs: proven(
      'a transaction for each file, unless Flyway infers or is told otherwise',
      'unit/project/layouts/flyway.test.ts',
      'Flyway itself leaves out the transaction for',
    ),
    history: standIn('`flyway_schema_history`: a row each', 'flyway'),
    down: proven(
      '`U1__x.sql`',
      'unit/project/layouts/flyway.test.ts',
      'an undo script is the down script of its version',
    ),
    lock: proven('taken after ours', LOCKS, "['flyway', '77433833903597'"),
    checksum: proven(
      "Flyway's own, of all lines",
      'integration/tools/flyway.test.ts',
      'an edit is seen by the checksum that Flyway wrote',
    ),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'flyway'"),
    repeatable: proven(
      '`R__x.sql` again, when it has changed',
      'integration/tools/flyway.test.ts',
      'a repeatable script runs again when it has changed, and only then',
    ),
  },
  {
    tool: 'golang-migrate',
    real: 'sources',
    recognised: proven('`x.up.sql`', DETECT, "['pairs',"),
    runs: proven(
      'a file as one query',
      'e2e/deploy/tools.test.ts',
      'CONCURRENTLY alone in its file runs, as the tool runs it',
    ),
    history: proven(
      '`schema_migrations`: its one row',
      'e2e/deploy/tools.test.ts',
      'its table holds the newest version alone',
    ),
    down: proven('`x.down.sql`', 'unit/project/layouts/golang-migrate.test.ts', 'pairs are one migration each'),
    lock: proven(
      'taken after ours, let go of round CONCURRENTLY',
      'integration/deploy/tool-lock.test.ts',
      'a stray migrator that waits for it blocks no CREATE INDEX CONCURRENTLY',
    ),
    checksum: proven(OURS, ENDINGS, "['golang-migrate',"),
    late: proven(
      'counts as applied, as for the tool; named in a notice',
      'integration/deploy/tool-history.test.ts',
      'one that its one number hides is named',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'dbmate',
    real: withTool('dbmate'),
    recognised: proven('`-- migrate:up`', DETECT, "['sections',"),
    runs: proven(
      'a transaction for each section; one query with `transaction:false`',
      'unit/project/layouts/dbmate.test.ts',
      'each section says for itself whether it is a transaction',
    ),
    history: roundTrip('`schema_migrations`: a row each', 'dbmate'),
    down: proven('`-- migrate:down`', 'unit/project/layouts/dbmate.test.ts', 'sections are the scripts'),
    lock: 'absent',
    checksum: proven(OURS, ENDINGS, "['dbmate',"),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'dbmate'"),
    repeatable: 'absent',
  },
  {
    tool: 'goose',
    real: 'sources',
    recognised: proven('`-- +goose Up`', DETECT, "['annotations of goose',"),
    runs: proven(
      'a transaction for each file; none with `NO TRANSACTION`; programs are named, and nothing runs past them',
      'integration/tools/goose.test.ts',
      'a migration in Go stops a deploy before it',
    ),
    history: standIn('`goose_db_version`: a row each', 'goose'),
    down: proven(
      '`-- +goose Down`',
      'unit/project/layouts/goose.test.ts',
      'are the scripts, with places as in the file',
    ),
    lock: proven('of its session locker, taken after ours', LOCKS, "['goose', '4097083626'"),
    checksum: proven(OURS, ENDINGS, "['goose',"),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'goose'"),
    repeatable: 'absent',
  },
  {
    tool: 'graphile-migrate',
    real: withTool('graphile-migrate'),
    recognised: proven('`--! Previous:`', DETECT, "['a chain of hashes',"),
    runs: proven(
      'a transaction for each file; one query with `--! no-transaction`',
      'unit/project/layouts/graphile-migrate.test.ts',
      'it runs as its first line says',
    ),
    history: roundTrip('`graphile_migrate.migrations`: a row each', 'graphile-migrate'),
    down: proven(
      'none; a `-- Rollback` comment is read',
      'unit/project/layouts/graphile-migrate.test.ts',
      'a commented rollback is its down script',
    ),
    lock: excluding('graphile-migrate'),
    checksum: proven(
      'the chain of hashes is verified',
      'unit/project/layouts/graphile-migrate.test.ts',
      'what the tool would refuse is told at its line',
    ),
    late: proven(
      'refused: it breaks the chain',
      'integration/tools/graphile-migrate.test.ts',
      'two branches that commit the same number',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'node-pg-migrate',
    real: withTool('node-pg-migrate'),
    recognised: proven('`-- Up Migration`', DETECT, "['sections of node-pg-migrate',"),
    runs: proven(
      'a transaction for each SQL file; programs are named, and nothing runs past them',
      'integration/tools/node-pg-migrate.test.ts',
      'a program between the SQL files is named',
    ),
    history: roundTrip('`pgmigrations`: a row each', 'node-pg-migrate'),
    down: proven('`-- Down Migration`', 'unit/project/layouts/node-pg-migrate.test.ts', 'sections are the scripts'),
    lock: excluding('node-pg-migrate'),
    checksum: proven(OURS, ENDINGS, "['node-pg-migrate',"),
    late: proven(
      'refused, or runs as its author says',
      'integration/tools/node-pg-migrate.test.ts',
      'a file that was merged late is applied',
    ),
    repeatable: 'absent',
  },
  {
    tool: 'numbered',
    real: 'absent',
    recognised: proven('a number before each name', DETECT, "['numbers',"),
    runs: proven(
      'a transaction for each file, unless its statements refuse one or it says so',
      'unit/project/transaction.test.ts',
      'how a script really meets the server',
    ),
    history: proven(
      "the ledger, or the table of the project's own runner",
      'integration/deploy/tool-history.test.ts',
      "with a column it is that of the project's own runner",
    ),
    down: proven(
      '`x.down.sql`, a section, a `-- Rollback` comment',
      'unit/project/layouts/numbered.test.ts',
      'in a file of its own wins over one in comments',
    ),
    lock: 'absent',
    checksum: proven('in the ledger; comments are told from changes', ENDINGS, "['numbered',"),
    late: proven('refused, or runs as its author says', 'integration/tools/late.test.ts', "tool: 'numbered'"),
    repeatable: 'absent',
  },
];
