import { silencedAlarms } from '../evidence-words.ts';
import { TEXT } from '../limits.ts';
import type { Report, TestRun } from '../model.ts';
import { testsPassed } from '../outcome.ts';
import { count, duration, shortCommit } from '../words.ts';
import type { Part } from './fit.ts';
import { targetSmallPrint } from './target.ts';
import { code, details, fencedEnd, link, prose } from './text.ts';
import { more, place, type View } from './view.ts';

/** What the project's tests said. */
export function testPart(view: View): Part {
  const { tests = [] } = view.report;
  return {
    what: 'the tests',
    pieces: tests.map((run) => testText(run, tests.length > 1)),
    between: '\n\n',
    more: more('run of tests', view),
  };
}

function testText(run: TestRun, namePhase: boolean): string {
  const { phase, command, exitCode, durationMs, timedOut, tail = '' } = run;
  const time = duration(durationMs);
  const ended = exitCode === null ? 'was ended by a signal' : `failed with exit status ${exitCode}`;
  const passed = testsPassed(run);
  const outcome = passed
    ? `passed in ${time}`
    : timedOut
      ? `was ended by the time limit after ${time}`
      : `${ended} after ${time}`;
  const when = namePhase ? ` (${prose(phase, TEXT.name)})` : '';
  const output =
    passed || tail.trim() === '' ? '' : `\n\n${details('The end of what it printed', fencedEnd(tail, TEXT.tail))}`;
  const what = phase === 'smoke' ? 'Smoke command' : `Tests${when}`;
  return `${passed ? '✅' : '❌'} ${what}: ${code(command, TEXT.name)} ${outcome}${output}`;
}

/** What was not looked at: a verdict says nothing about it. */
export function notAnalysedPart(view: View): Part {
  const { amounts, report } = view;
  const all = report.coverage.notAnalysed;
  return {
    what: 'what was not analysed',
    begin: '**Not analysed**\n\n',
    pieces: all
      .slice(0, amounts.notAnalysed)
      .map(({ path, line, reason }) => `- ${place(view, path, line)}: ${prose(reason, TEXT.reason)}`),
    beyond: Math.max(0, all.length - amounts.notAnalysed),
    more: more('place', view),
  };
}

/** What the reader should know about the run itself. */
export function noticePart(view: View): Part {
  const { notices = [] } = view.report;
  return {
    what: 'notices',
    pieces: notices.slice(0, view.amounts.notices).map((notice) => `**Notice:** ${prose(notice, TEXT.message)}`),
    beyond: Math.max(0, notices.length - view.amounts.notices),
    between: '\n\n',
    more: more('notice', view),
  };
}

/** What was looked at and against what. */
export function smallPrintPart(view: View): Part {
  return { what: 'small print', pieces: [`<sub>${facts(view).join(' · ')}</sub>`], more: () => '' };
}

function facts(view: View): string[] {
  const { report, links } = view;
  if (report.command !== 'check') return targetFacts(view);
  const { rehearsal, git, tool, coverage, durationMs } = report;
  const commits =
    git === undefined
      ? []
      : [`From ${commit(git.baseSha)} to ${git.headSha === null ? 'the working tree' : commit(git.headSha)}`];
  const silenced = silencedAlarms(report);
  const looked = [count(coverage.files, 'file'), count(coverage.statements, 'statement')].join(', ');
  return [
    ...(rehearsal !== undefined ? [rehearsed(rehearsal)] : report.migrations.length > 0 ? ['Not rehearsed'] : []),
    ...(silenced === undefined ? [] : [silenced]),
    ...commits,
    ...(coverage.files === 0 ? [] : [looked]),
    ...(links?.run === undefined ? [] : [link('the run', links.run)]),
    `Lockstep ${prose(tool.version, TEXT.name)}, ${duration(durationMs)}`,
  ];
}

function targetFacts(view: View): string[] {
  const { report, links } = view;
  return [
    ...targetSmallPrint(view),
    ...(links?.run === undefined ? [] : [link('the run', links.run)]),
    `Lockstep ${prose(report.tool.version, TEXT.name)}, ${duration(report.durationMs)}`,
  ];
}

function rehearsed({ serverVersion, versionAssumed, baseMigrations, rows }: NonNullable<Report['rehearsal']>): string {
  const why =
    versionAssumed === true ? ', the newest that Lockstep is tested with, since `postgres_version` is not set' : '';
  const onRows =
    rows === undefined ? '' : `, on empty tables and on ${count(rows.filled + rows.kept, 'table')} with rows`;
  return `Rehearsed on Postgres ${prose(serverVersion, TEXT.name)}${why}, ${count(baseMigrations, 'migration')} of the base${onRows}`;
}

function commit(sha: string): string {
  return code(shortCommit(sha), 7);
}
