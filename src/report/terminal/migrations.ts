import type { DownStatus, MigrationReport, Report, SqlErrorReport } from '../model.ts';
import { errorContext } from './findings.ts';
import { plainLine } from './plain.ts';
import { count, cut, duration } from './text.ts';
import { ELSEWHERE, excerptLines, firstLines, paragraph, type View } from './view.ts';

/** More migrations than this, and those without anything to tell are counted. */
const MOST_MIGRATIONS = 12;
const MOST_DIFFERENCES = 6;

/** A line for each migration, with what went wrong below it. */
export function migrationLines(report: Report, view: View): string[] {
  const { migrations } = report;
  if (migrations.length === 0) return [];
  const fold = migrations.length > MOST_MIGRATIONS;
  const shown = fold ? migrations.filter((migration) => !isFine(migration)) : migrations;
  const folded = migrations.length - shown.length;
  const room = Math.min(40, Math.max(0, ...shown.map(({ id }) => id.length)));
  return [
    '',
    view.paint.bold('Migrations'),
    ...shown.flatMap((migration) => one(migration, room, report, view)),
    ...(folded > 0 ? [`  ${count(folded, 'migration')} ran up and down without remark ${ELSEWHERE}`] : []),
  ];
}

function isFine({ change, status, up, down }: MigrationReport): boolean {
  const calm = down === undefined || down.status === 'reversed' || down.status === 'missing';
  return change === 'added' && status === 'applied' && up?.error === undefined && calm;
}

function one(migration: MigrationReport, room: number, report: Report, view: View): string[] {
  const { paint } = view;
  const { id, change, transaction, phase, risk, up, down } = migration;
  const facts = [
    ...(change === 'added'
      ? []
      : [change === 'renamed' ? `renamed from ${plainLine(migration.previousPath ?? '?')}` : change]),
    ...(phase === undefined ? [] : [phase]),
    upText(migration, view) + (transaction === 'none' ? ', outside a transaction' : ''),
    ...(down === undefined ? [] : [downText(down, view)]),
    ...(risk === undefined ? [] : [`risk ${risk.level}`]),
  ];
  return [
    `  ${cut(plainLine(id), room).padEnd(room)}  ${facts.join(', ')}`,
    ...(up?.error === undefined ? [] : unlessFound(up.error, report, view)),
    ...(down?.error === undefined ? [] : unlessFound(down.error, report, view)),
    ...listed(down?.difference, view),
    ...listed(
      down?.losesData?.map((what) => `down loses ${what}`),
      view,
    ),
    ...(risk?.reasons ?? []).flatMap((reason) => paragraph(reason, 4, view).map(paint.dim)),
  ];
}

function upText({ status, up }: MigrationReport, { paint }: View): string {
  switch (up?.status ?? status) {
    case 'applied':
      return `up ${paint.green('ok')} in ${duration(up?.durationMs ?? 0)}`;
    case 'failed':
      return paint.red('up failed');
    case 'partial':
      return paint.red('up stopped half-way');
    case 'pending':
      return 'pending';
    case 'not-run':
      return paint.dim('not run');
  }
}

const DOWN_TEXTS: Readonly<Record<DownStatus, string>> = {
  reversed: 'down reversed',
  different: 'down leaves a difference',
  failed: 'down failed',
  missing: 'no down',
  irreversible: 'irreversible',
};

function downText({ status, durationMs }: NonNullable<MigrationReport['down']>, { paint }: View): string {
  const text = DOWN_TEXTS[status];
  if (status === 'different' || status === 'failed') return paint.red(text);
  return status === 'reversed' && durationMs !== undefined ? `${text} in ${duration(durationMs)}` : text;
}

/** An error that a finding has told already is not told again. */
function unlessFound(error: SqlErrorReport, { findings }: Report, view: View): string[] {
  if (findings.some(({ source, path, line }) => source === 'rehearsal' && path === error.path && line === error.line))
    return [];
  const place = error.path === undefined ? '' : `${error.path}:${error.line ?? 1}:${error.column ?? 1}: `;
  const state = error.sqlstate === undefined ? '' : ` (SQLSTATE ${error.sqlstate})`;
  return [
    ...paragraph(`${place}${error.message}${state}`, 4, view),
    ...(error.detail === undefined ? [] : paragraph(error.detail, 9, view)),
    ...(error.excerpt === undefined ? [] : excerptLines(error.excerpt, 9, view)),
    ...errorContext(error, view),
  ];
}

function listed(lines: readonly string[] | undefined, view: View): string[] {
  return firstLines(lines ?? [], MOST_DIFFERENCES, 'lines').flatMap((line) => paragraph(line, 4, view));
}
