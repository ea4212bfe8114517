import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';
import { supabaseStatements } from './supabase-statements.ts';

/**
 * The table of Supabase's command line: a row for each version, with what ran.
 * https://github.com/supabase/cli, apps/cli-go/pkg/migration/history.go
 */
export const supabaseHistory: HistoryTable = {
  usual: 'supabase_migrations.schema_migrations',
  in: (table) => {
    const name = tableSql(table);
    const newer = ['statements text[]', 'name text'].map(
      (column) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${column}`,
    );
    const select = `SELECT version FROM ${name}`;
    const history = (rows: readonly Readonly<Record<string, unknown>>[]) => ({
      applied: rows.map(({ version }) => String(version)),
      failed: [],
    });
    return {
      table,
      beside: [{ ...table, relation: 'seed_files' }],
      create: [`CREATE TABLE IF NOT EXISTS ${name} (version text NOT NULL PRIMARY KEY)`, ...newer].join(';\n'),
      columns: ['version', 'statements', 'name'],
      // golang-migrate's, and others' of the same name, are no older ones of this.
      earlier: { columns: ['version'], select, history, upgrade: () => newer.join(';\n') },
      foreignColumns: ['dirty'],
      select,
      history,
      record: (migration) =>
        `INSERT INTO ${name} (version, name, statements) VALUES (${literal(migration.version)}, ${literal(migration.name)}, ${statementsOf(migration)})`,
      forget: ({ version }) => `DELETE FROM ${name} WHERE version = ${literal(version)}`,
    };
  },
};

function statementsOf({ up }: Migration): string {
  const statements = supabaseStatements(up);
  return statements.length === 0 ? 'NULL' : `ARRAY[${statements.map(literal).join(', ')}]::text[]`;
}
