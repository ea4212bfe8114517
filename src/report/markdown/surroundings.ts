import { TEXT } from '../limits.ts';
import type { Report, TestRun } from '../model.ts';
import { helpParts } from '../told.ts';
import { count, duration } from '../words.ts';
import type { Section } from './fit.ts';
import { more, type Page, place } from './page.ts';
import { code, details, fenced, fencedEnd, languageOf, link, prose } from './text.ts';

/** What the project's tests said. */
export function testSection(page: Page): Section {
  const { tests = [] } = page.report;
  return {
    what: 'the tests',
    rank: 3,
    pieces: tests.map((run) => testText(run, tests.length > 1)),
    between: '\n\n',
    more: more('run of tests', page),
  };
}

function testText({ phase, command, exitCode, durationMs, timedOut, tail = '' }: TestRun, namePhase: boolean): string {
  const time = duration(durationMs);
  const ended = exitCode === null ? 'was ended by a signal' : `failed with exit status ${exitCode}`;
  const passed = exitCode === 0 && timedOut !== true;
  const outcome = passed
    ? `passed in ${time}`
    : timedOut
      ? `was ended by the time limit after ${time}`
      : `${ended} after ${time}`;
  const when = namePhase ? ` (${prose(phase, TEXT.name)})` : '';
  const output =
    passed || tail.trim() === '' ? '' : `\n\n${details('The end of what it printed', fencedEnd(tail, TEXT.tail))}`;
  return `${passed ? '✅' : '❌'} Tests${when}: ${code(command, TEXT.name)} ${outcome}${output}`;
}

/** What was not looked at: a verdict says nothing about it. */
export function notAnalysedSection(page: Page): Section {
  const { amounts, report } = page;
  const all = report.coverage.notAnalysed;
  return {
    what: 'what was not analysed',
    rank: 2,
    begin: '**Not analysed**\n\n',
    pieces: all
      .slice(0, amounts.notAnalysed)
      .map(({ path, line, reason }) => `- ${place(page, path, line)}: ${prose(reason, TEXT.reason)}`),
    beyond: Math.max(0, all.length - amounts.notAnalysed),
    more: more('place', page),
  };
}

/** What the reader should know about the run itself. */
export function noticeSection(page: Page): Section {
  const { notices = [] } = page.report;
  return {
    what: 'notices',
    rank: 4,
    pieces: notices.slice(0, page.amounts.notices).map((notice) => `**Note:** ${prose(notice, TEXT.message)}`),
    beyond: Math.max(0, notices.length - page.amounts.notices),
    between: '\n\n',
    more: more('note', page),
  };
}

/** Why there is no answer, and how to get one. The message is the headline. */
export function errorSection({ report: { error } }: Page): Section {
  return { what: 'what to do', rank: 0, pieces: error === undefined ? [] : [errorText(error)], more: () => '' };
}

function errorText({ code: name, message, hint = '' }: NonNullable<Report['error']>): string {
  const [, ...lines] = message.trim().split('\n');
  const { prose: words, example: advice } = helpParts(hint);
  return [
    ...(lines.length === 0 ? [] : [fenced(lines.join('\n'), 'text', TEXT.example)]),
    ...(words === '' ? [] : [`**What to do:** ${prose(words, TEXT.help)}`]),
    ...(advice === '' ? [] : [fenced(advice, languageOf(advice), TEXT.example)]),
    `No verdict was reached: ${code(name, TEXT.name)}.`,
  ].join('\n\n');
}

/** What was looked at and against what. */
export function smallPrint(page: Page): Section {
  return { what: 'small print', rank: 1, pieces: [`<sub>${facts(page).join(' · ')}</sub>`], more: () => '' };
}

function facts({ report, links }: Page): string[] {
  const { rehearsal, git, tool, coverage, durationMs } = report;
  const commits =
    git === undefined
      ? []
      : [`From ${commit(git.baseSha)} to ${git.headSha === null ? 'the working tree' : commit(git.headSha)}`];
  const looked = [count(coverage.files, 'file'), count(coverage.statements, 'statement')].join(', ');
  return [
    ...(rehearsal !== undefined ? [rehearsed(rehearsal)] : report.migrations.length > 0 ? ['Not rehearsed'] : []),
    ...commits,
    ...(coverage.files === 0 ? [] : [looked]),
    ...(links?.run === undefined ? [] : [link('the run', links.run)]),
    `Lockstep ${prose(tool.version, TEXT.name)}, ${duration(durationMs)}`,
  ];
}

function rehearsed({ serverVersion, baseMigrations }: NonNullable<Report['rehearsal']>): string {
  return `Rehearsed on Postgres ${prose(serverVersion, TEXT.name)}, ${count(baseMigrations, 'migration')} of the base`;
}

function commit(sha: string): string {
  return code(sha.slice(0, 7), 7);
}
