import { silencedAlarms } from '../evidence-words.ts';
import { FOREIGN } from '../foreign-notice.ts';
import type { Report, TestRun } from '../model.ts';
import { testsPassed } from '../outcome.ts';
import { plain, plainLine } from '../plain.ts';
import { count, duration, shortCommit } from '../words.ts';
import { cut } from './text.ts';
import { firstLines, paragraph, type View } from './view.ts';

const MOST_OF_A_TAIL = 15;
const MOST_NOT_ANALYSED = 6;

/** What the project's tests said. */
export function testLines({ tests = [] }: Report, view: View): string[] {
  if (tests.length === 0) return [];
  return ['', view.paint.bold('Tests'), ...tests.flatMap((run) => oneRun(run, tests.length > 1, view))];
}

function oneRun(run: TestRun, namePhase: boolean, { paint, width }: View): string[] {
  const { phase, command, exitCode, durationMs, timedOut, tail } = run;
  const time = duration(durationMs);
  const ended = exitCode === null ? 'ended by a signal' : `failed with exit status ${exitCode}`;
  const outcome = timedOut ? `ended by the time limit after ${time}` : `${ended} after ${time}`;
  const passed = testsPassed(run);
  const text = passed ? `${paint.green('ok')} in ${time}` : paint.red(outcome);
  const last = passed
    ? []
    : plain(tail ?? '')
        .trimEnd()
        .split('\n')
        .slice(-MOST_OF_A_TAIL);
  return [
    `  ${cut(plainLine(command), Math.floor(width / 2))}  ${text}${namePhase ? paint.dim(` (${plainLine(phase)})`) : ''}`,
    ...last.filter((line) => line !== '').map((line) => paint.dim(cut(`    | ${line}`, width))),
  ];
}

/** What was not looked at: a verdict says nothing about it. */
export function notAnalysedLines({ coverage }: Report, view: View): string[] {
  if (coverage.notAnalysed.length === 0) return [];
  const lines = coverage.notAnalysed.map(({ path, line, reason }) => {
    return `${plainLine(path)}${line === undefined ? '' : `:${line}`}: ${plainLine(reason)}`;
  });
  const shown = firstLines(lines, MOST_NOT_ANALYSED, 'places').flatMap((line) => paragraph(line, 2, view));
  return ['', view.paint.bold('Not analysed'), ...shown];
}

/** What the reader should know about the run itself, then what was looked at and against what, in small print. */
export function smallPrint(report: Report, view: View): string[] {
  const own = report.foreign === true ? [FOREIGN] : [];
  const notices = [...own, ...(report.notices ?? [])].flatMap((notice) =>
    paragraph(`Note: ${plainLine(notice)}`, 0, view),
  );
  // Most runs in a repository change no migration: one line is enough of them.
  const told = report.result === 'noop' || report.command !== 'check' ? [] : [`${sentences(report).join('. ')}.`];
  const print = told.flatMap((text) => ['', ...paragraph(text, 0, view).map(view.paint.dim)]);
  return [...(notices.length === 0 ? [] : ['', ...notices]), ...print];
}

function sentences(report: Report): string[] {
  const { coverage, rehearsal, git, database } = report;
  const silenced = silencedAlarms(report);
  const looked = `Looked at ${count(coverage.files, 'file')} with ${count(coverage.statements, 'statement')}`;
  return [
    ...(database === undefined ? [] : [`Database ${database}`]),
    ...(git === undefined
      ? []
      : [
          `From ${shortCommit(git.baseSha)} to ${git.headSha === null ? 'the working tree' : shortCommit(git.headSha)}`,
        ]),
    coverage.files === 0 ? 'Looked at no migration' : looked,
    ...(rehearsal === undefined ? [] : [rehearsed(rehearsal)]),
    ...(silenced === undefined ? [] : [silenced]),
  ];
}

function rehearsed({
  serverVersion,
  versionAssumed,
  baseMigrations,
  baseFromCache,
  baseDurationMs,
  rows,
}: NonNullable<Report['rehearsal']>): string {
  const base = `${count(baseMigrations, 'migration')} of the base ${baseFromCache ? 'from the cache' : 'replayed'}`;
  const onRows =
    rows === undefined ? '' : `, on empty tables and on ${count(rows.filled + rows.kept, 'table')} with rows`;
  const assumed =
    versionAssumed === true ? ', the newest that Lockstep is tested with, since postgres_version is not set' : '';
  return `Rehearsed on Postgres ${serverVersion}${assumed}, ${base} in ${duration(baseDurationMs)}${onRows}`;
}
