import { TEXT } from '../limits.ts';
import type { MigrationReport } from '../model.ts';
import { count } from '../words.ts';
import type { Part } from './fit.ts';
import { DETAILS_END, details, detailsBegin, fenced, htmlCode } from './text.ts';
import { more, type View } from './view.ts';

/** The SQL itself, migration by migration: the first that makes room for other things. */
export function sqlPart(view: View): Part {
  const { report, amounts } = view;
  const withSql = report.migrations.filter(({ up }) => (up?.statements.length ?? 0) > 0);
  return {
    what: 'SQL',
    begin: detailsBegin(withSql.length === 1 ? 'SQL' : `SQL of ${count(withSql.length, 'migration')}`),
    pieces: withSql.slice(0, amounts.migrations).map((migration) => {
      const sql = sqlOf(migration, amounts.statements);
      return withSql.length === 1 ? sql : details(htmlCode(migration.id, TEXT.name), sql);
    }),
    between: '\n\n',
    beyond: Math.max(0, withSql.length - amounts.migrations),
    end: DETAILS_END,
    more: more('migration', view),
  };
}

function sqlOf({ up }: MigrationReport, most: number): string {
  const statements = up?.statements ?? [];
  const left = statements.length - most;
  const text = [
    ...statements.slice(0, most).map(({ sql }) => (/;\s*$/.test(sql) ? sql.trim() : `${sql.trim()};`)),
    ...(left > 0 ? [`-- and ${count(left, 'more statement')}`] : []),
  ].join('\n\n');
  return fenced(text, 'sql', TEXT.sql);
}
