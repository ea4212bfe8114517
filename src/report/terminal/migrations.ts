import { isOpen } from '../findings.ts';
import type { Finding, MigrationReport, Report, SqlErrorReport } from '../model.ts';
import { DOWN_WORDS, isDownWrong, isStopped, tellsMigrations, upStatus, upWords } from '../outcome.ts';
import { plainLine } from '../plain.ts';
import { attemptLines } from '../target/attempts.ts';
import { isTold } from '../told.ts';
import { count, duration } from '../words.ts';
import { columns, padded } from './columns.ts';
import { errorContext } from './findings.ts';
import { targetLine } from './target.ts';
import { cut } from './text.ts';
import { ELSEWHERE, excerptLines, firstLines, paragraph, type View } from './view.ts';

/** More migrations than this, and those that went alike with nothing to tell are counted. */
const MOST_MIGRATIONS = 12;
const MOST_DIFFERENCES = 6;

/** A line for each migration, with what went wrong below it. */
export function migrationLines(report: Report, view: View): string[] {
  const { migrations } = report;
  if (migrations.length === 0 || !tellsMigrations(report)) return [];
  const remarked = new Set(report.findings.filter(isOpenRemark).map(({ path }) => path));
  const fold = migrations.length > MOST_MIGRATIONS;
  const courses = migrations.map((migration) => (fold ? courseOf(migration, remarked) : undefined));
  const shown = migrations.filter((_, index) => courses[index] === undefined);
  const room = Math.min(
    40,
    shown.reduce((most, { id }) => Math.max(most, columns(plainLine(id))), 0),
  );
  return [
    '',
    view.paint.bold('Migrations'),
    ...shown.flatMap((migration) => one(migration, room, report, view)),
    ...COURSES.flatMap((course) => {
      const number = courses.filter((each) => each === course).length;
      return number === 0 ? [] : [`  ${count(number, 'migration')} ${course} ${ELSEWHERE}`];
    }),
  ];
}

/** How migrations went about which there is nothing more to say here. */
const COURSES = [
  'ran up and down without remark',
  'ran up and down, findings above',
  'ran up, no down',
  'applied',
  'did not run',
] as const;

function courseOf(
  { path, change, status, up, down }: MigrationReport,
  remarked: ReadonlySet<string>,
): (typeof COURSES)[number] | undefined {
  if (change !== 'added') return undefined;
  if (status === 'not-run') return 'did not run';
  if (status !== 'applied' || up?.error !== undefined) return undefined;
  if (down?.status === 'missing') return 'ran up, no down';
  if (down === undefined && up?.attempts === undefined) return 'applied';
  if (down?.status !== 'reversed') return undefined;
  return remarked.has(path) ? 'ran up and down, findings above' : 'ran up and down without remark';
}

function isOpenRemark(finding: Finding): boolean {
  return finding.severity !== 'info' && isOpen(finding);
}

function one(migration: MigrationReport, room: number, report: Report, view: View): string[] {
  const { paint } = view;
  const { id, change, transaction, phase, risk, up, down } = migration;
  const facts = [
    ...(change === 'added'
      ? []
      : [change === 'renamed' ? `renamed from ${plainLine(migration.previousPath ?? '?')}` : change]),
    ...(phase === undefined ? [] : [phase]),
    upText(migration, report, view) + (transaction === 'none' ? ', outside a transaction' : ''),
    ...(down === undefined ? [] : [downText(migration, down, view)]),
    ...(risk === undefined ? [] : [`risk ${risk.level}`]),
  ];
  return [
    `  ${padded(cut(plainLine(id), room), room)}  ${facts.join(', ')}`,
    ...attemptLines(migration).flatMap((line) => targetLine(line, 4, 0, view)),
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

function upText(migration: MigrationReport, report: Report, { paint }: View): string {
  const status = upStatus(migration);
  const words = upWords(report)[status];
  if (isStopped(status)) return paint.red(words);
  if (status === 'not-run') return paint.dim(words);
  if (status !== 'applied') return words;
  return migration.up === undefined
    ? paint.green(words)
    : `${paint.green(words)} in ${duration(migration.up.durationMs)}`;
}

type Down = NonNullable<MigrationReport['down']>;

function downText(migration: MigrationReport, { status, durationMs }: Down, { paint }: View): string {
  const words = DOWN_WORDS[status];
  if (isDownWrong(migration)) return paint.red(words);
  return status === 'reversed' && durationMs !== undefined ? `${words} in ${duration(durationMs)}` : words;
}

/** An error is told once: not here when a finding tells it. */
function unlessFound(error: SqlErrorReport, report: Report, view: View): string[] {
  if (isTold(error, report)) return [];
  const { path, line, column = 1 } = error;
  const place = path === undefined ? '' : line === undefined ? `${path}: ` : `${path}:${line}:${column}: `;
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
