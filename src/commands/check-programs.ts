import { observed } from '../judgement/finding.ts';
import type { Rehearsed } from '../judgement/rehearsed.ts';
import { differenceLines } from '../judgement/schema-diff.ts';
import type { Catalog } from '../postgres/catalog/catalog.ts';
import { compare } from '../postgres/catalog/compare.ts';
import { parseScript } from '../project/sql.ts';
import type { ChangeSet, Migration } from '../project/types.ts';
import type { Finding, MigrationReport } from '../report/model.ts';
import { shorten } from '../report/shorten.ts';

/** Places in captured SQL are no places in the file: what is told of it stands at the file's first line, with the SQL. Pure. */

type Programs = ReadonlyMap<string, Migration>;

/** By path: migrations of which the text is a program. */
export function programsOf({ changes }: ChangeSet): Programs {
  return new Map(
    changes.flatMap((change) =>
      change.kind === 'deleted' || change.migration.up.program === undefined
        ? []
        : [[change.migration.path, change.migration] as const],
    ),
  );
}

const EXCERPT_CHARACTERS = 400;

export function atFiles(findings: readonly Finding[], programs: Programs): Finding[] {
  if (programs.size === 0) return [...findings];
  return findings.map((finding) => {
    const migration = programs.get(finding.path);
    if (migration === undefined) return finding;
    const { column: _, excerpt, statement, ...rest } = finding;
    const sql = statement === undefined ? undefined : sqlOf(migration, finding.rule, statement);
    const shown = sql ?? excerpt;
    return {
      ...rest,
      line: 1,
      endLine: 1,
      ...(statement === undefined ? {} : { statement }),
      ...(shown === undefined ? {} : { excerpt: shown }),
    };
  });
}

function sqlOf({ up, down }: Migration, rule: string, index: number): string | undefined {
  const script = rule.startsWith('down-') ? down : up;
  const sql = script && parseScript(script).statements?.[index]?.sql.trim();
  return sql === undefined ? undefined : shorten(sql, EXCERPT_CHARACTERS);
}

/** The same for what the rehearsal says of each migration. */
function reportAtFile<T extends Pick<MigrationReport, 'up' | 'down'>>(report: T): T {
  const { up, down } = report;
  return {
    ...report,
    ...(up && { up: { ...up, statements: up.statements.map(first), ...(up.error && { error: first(up.error) }) } }),
    ...(down && {
      down: {
        ...down,
        ...(down.statements && { statements: down.statements.map(first) }),
        ...(down.error && { error: first(down.error) }),
      },
    }),
  };
}

function first<
  T extends { readonly line?: number | undefined; readonly endLine?: number; readonly column?: number | undefined },
>(place: T): T {
  return {
    ...place,
    ...(place.line === undefined ? {} : { line: 1 }),
    ...(place.endLine === undefined ? {} : { endLine: 1 }),
    ...(place.column === undefined ? {} : { column: 1 }),
  };
}

/** `stuck`: by id, why the tool could not take one back. One that nobody has tried to take back has no way back to tell of. */
export function withPrograms(seen: Rehearsed, programs: Programs, stuck: ReadonlyMap<string, string>): Rehearsed {
  if (programs.size === 0) return seen;
  const known = new Map([...programs.values()].map((migration) => [migration.id, migration]));
  const told = [...seen.migrations].map(([id, report]) => {
    const migration = known.get(id);
    if (migration === undefined) return [id, report] as const;
    const { down, ...rest } = reportAtFile(report);
    const message = stuck.get(id);
    if (message !== undefined)
      return [id, { ...rest, down: { status: 'failed' as const, error: { message } } }] as const;
    return [
      id,
      down === undefined || (migration.down === undefined && down.status === 'missing') ? rest : { ...rest, down },
    ] as const;
  });
  return { ...seen, migrations: new Map(told) };
}

/** Whether the captured SQL has made what the command has made; `last`: the migration to tell it of. */
export function captureFindings(made: Catalog, replayed: Catalog, last: Migration): Finding[] {
  const lines = differenceLines(compare(replayed, made));
  const [line] = lines;
  if (line === undefined) return [];
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  return [
    observed('capture-incomplete', {
      path: last.path,
      message: `What the command has made beyond the captured SQL: ${line}${more}.`,
    }),
  ];
}

/** One fact, one finding: a statement that fails makes the command fail; a way back that was not tried is none that is missing. */
export function withoutEchoes(findings: readonly Finding[], programs: Programs): Finding[] {
  const failed = new Set(
    findings.flatMap(({ rule, path }) => (rule === 'migration-fails' || rule === 'needs-superuser' ? [path] : [])),
  );
  const reversed = new Set(findings.flatMap(({ rule, path }) => (rule === 'down-fails' ? [path] : [])));
  const untried = (path: string): boolean => programs.get(path)?.down === undefined && programs.has(path);
  return findings.filter(({ rule, path }) => {
    if (rule === 'command-fails') return !failed.has(path);
    if (rule === 'rollback-command-fails') return !reversed.has(path);
    return rule !== 'down-missing' || !untried(path);
  });
}
