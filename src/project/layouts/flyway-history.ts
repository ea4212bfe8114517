import { identifier, literal, type TableName, tableSql, value } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable, RecordFacts, ToolHistory } from './bookkeeping.ts';
import { sameVersion } from './flyway-names.ts';
import { compareVersions } from './names.ts';

/**
 * Flyway's table: a row for each run, the newest row of a version counts. https://github.com/flyway/flyway,
 * PostgreSQLDatabase.java, internal/schemahistory and internal/info.
 */

/** What Flyway keeps of a migration, as the layout works it out. */
export interface FlywayFacts extends Readonly<Record<string, string>> {
  readonly type: 'SQL' | 'SQL_BASELINE';
  readonly version: string;
  readonly description: string;
  /** The path below the migrations folder. */
  readonly script: string;
  /** CRC-32 as a signed number. */
  readonly checksum: string;
  /** Of a repeatable one without its placeholders' values, which Flyway accepts as well. */
  readonly plainChecksum: string;
}

export function flywayFacts({ toolFacts }: Migration): FlywayFacts {
  return toolFacts as FlywayFacts;
}

/** What its table knows a migration by: the version, or what a repeatable one is called. */
export function flywayIdentity(migration: Migration): string {
  const { version, description } = flywayFacts(migration);
  return identityOf(version === '' ? null : version, description);
}

function identityOf(version: string | null, description: string): string {
  return version === null ? `R__${description}` : sameVersion(version);
}

export const flywayHistory: HistoryTable = {
  usual: 'public.flyway_schema_history',
  in: (table) => {
    const name = tableSql(table);
    const insert = (migration: Migration, { milliseconds, role }: RecordFacts, success: boolean): string => {
      const { type, version, description, script, checksum } = flywayFacts(migration);
      const cells = [
        `(SELECT coalesce(max(installed_rank), 0) + 1 FROM ${name})`,
        value(version === '' ? undefined : version),
        literal(description),
        literal(type),
        literal(script),
        checksum,
        literal(role),
        `least(${milliseconds}, 2147483647)::int`,
        String(success),
      ];
      return `INSERT INTO ${name} (${COLUMNS.join(', ')}) VALUES (${cells.join(', ')})`;
    };
    /** As `repair` does. */
    const removeFailed = (migration: Migration): string =>
      `DELETE FROM ${name} WHERE ${sameRow(migration)} AND NOT success`;
    return {
      table,
      create: createSql(table),
      columns: [...COLUMNS, 'installed_on'],
      select: `SELECT version, description, type, checksum, success FROM ${name} ORDER BY installed_rank`,
      history: (rows, known) => historyIn(rows as unknown as readonly Row[], known),
      record: (migration, facts) =>
        [...(facts.begun ? [removeFailed(migration)] : []), insert(migration, facts, true)].join(';\n'),
      // The row of its own undo would mean nothing to the editions that have none.
      forget: (migration) => `DELETE FROM ${name} WHERE ${sameRow(migration)}`,
      // What Flyway writes when one without a transaction has failed; it runs nothing more until that is repaired.
      begin: (migration, facts) => `${removeFailed(migration)};\n${insert(migration, facts, false)}`,
      settle: ({ migration, identity, as, facts }) => {
        if (migration === undefined) return `DELETE FROM ${name} WHERE ${sameIdentity(identity)} AND NOT success`;
        const removed = removeFailed(migration);
        return as === 'applied' ? `${removed};\n${insert(migration, facts, true)}` : removed;
      },
      refusesEdits: true,
      lock: { keys: () => [lockKey(table)], waitsBlocking: false },
    };
  },
};

const COLUMNS = [
  'installed_rank',
  'version',
  'description',
  'type',
  'script',
  'checksum',
  'installed_by',
  'execution_time',
  'success',
] as const;

function createSql(table: TableName): string {
  const name = tableSql(table);
  return `CREATE TABLE IF NOT EXISTS ${name} (
    installed_rank INT NOT NULL,
    version VARCHAR(50),
    description VARCHAR(200) NOT NULL,
    type VARCHAR(20) NOT NULL,
    script VARCHAR(1000) NOT NULL,
    checksum INTEGER,
    installed_by VARCHAR(100) NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT now(),
    execution_time INTEGER NOT NULL,
    success BOOLEAN NOT NULL,
    CONSTRAINT ${identifier(`${table.relation}_pk`)} PRIMARY KEY (installed_rank)
);
CREATE INDEX IF NOT EXISTS ${identifier(`${table.relation}_s_idx`)} ON ${name} (success)`;
}

function sameRow(migration: Migration): string {
  return sameIdentity(flywayIdentity(migration));
}

function sameIdentity(identity: string): string {
  const [, description] = /^R__(.*)$/s.exec(identity) ?? [];
  return description === undefined
    ? `${SAME_VERSION} = ${literal(identity)}`
    : `version IS NULL AND description = ${literal(description)}`;
}

/** What `sameVersion` makes of a row's version, which stands there as its file had it: 2024.01.05, where the identity is 2024.1.5. */
const DOTTED = replaced('version', '_', '.');
const SAME_VERSION = replaced(replaced(DOTTED, '(^|[.])0+(?=[0-9])', '\\1'), '([.]0)+$', '');

function replaced(sql: string, pattern: string, by: string): string {
  return `pg_catalog.regexp_replace(${sql}, ${literal(pattern)}, ${literal(by)}, 'g')`;
}

interface Row {
  readonly version: string | null;
  readonly description: string;
  readonly type: string;
  readonly checksum: number | null;
  readonly success: boolean;
}

function historyIn(rows: readonly Row[], known: readonly Migration[]): ToolHistory {
  const byIdentity = new Map(known.map((migration) => [flywayIdentity(migration), migration]));
  const newest = new Map<string, Row>();
  let baseline: string | undefined;
  for (const row of rows) {
    if (row.type === 'SCHEMA') continue;
    const identity = identityOf(row.version, row.description);
    // A failed try says nothing about what was there before it, but for that it has to be repaired.
    if (row.type === 'DELETE' || (row.type.startsWith('UNDO') && row.success)) newest.delete(identity);
    else newest.set(identity, row);
    if (row.type.includes('BASELINE') && row.success) baseline = row.version ?? undefined;
  }
  const isOld = (version: string, than: string | undefined): boolean =>
    than !== undefined && compareVersions(version, than) <= 0;
  const versions = known.filter(({ repeatable }) => repeatable !== true);
  const script = versions.find((migration) => flywayFacts(migration).type === 'SQL_BASELINE');
  const counts = ([identity, { version, type }]: readonly [string, Row]): boolean =>
    // Migrations in Java, and what a baseline script stands for, are in the table and are no files.
    byIdentity.has(identity) || (isOfSql(type) && !(version !== null && isOld(version, script?.version)));
  const ran = [...newest].filter(([, { success }]) => success);
  const hasVersions = ran.some(([, { version }]) => version !== null);
  const assumed = versions
    .filter(
      (migration) =>
        !newest.has(flywayIdentity(migration)) &&
        // A baseline script is for databases without a version.
        (isOld(migration.version, baseline) || (migration === script && hasVersions)),
    )
    .map(flywayIdentity);
  const applied = ran.filter((one) => counts(one) && !isOutdated(one[1], byIdentity.get(one[0])));
  return {
    applied: [...applied.map(([identity]) => identity), ...assumed],
    failed: [...newest].filter(([, { success }]) => !success).map(([identity]) => ({ identity })),
    edited: applied.filter(([identity, row]) => isEdited(row, byIdentity.get(identity))).map(([identity]) => identity),
    assumed,
  };
}

function isOfSql(type: string): boolean {
  return type === 'SQL' || type === 'SQL_BASELINE';
}

/** A repeatable one that has changed runs again. */
function isOutdated(row: Row, migration: Migration | undefined): boolean {
  return row.version === null && migration !== undefined && !hasChecksum(row, migration);
}

/** What `validate` refuses. */
function isEdited(row: Row, migration: Migration | undefined): boolean {
  if (migration === undefined || row.version === null || row.type !== flywayFacts(migration).type) return false;
  return !hasChecksum(row, migration) || row.description !== flywayFacts(migration).description;
}

function hasChecksum({ checksum }: Row, migration: Migration): boolean {
  const facts = flywayFacts(migration);
  return checksum === null || [facts.checksum, facts.plainChecksum].includes(String(checksum));
}

/** PostgreSQLAdvisoryLockTemplate.java: a constant, and Java's hash of the table's quoted name. */
function lockKey(table: TableName): bigint {
  let hash = 0;
  const name = tableSql(table);
  for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
  return 77_431_708_279_161n + BigInt(hash);
}
