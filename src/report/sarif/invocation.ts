import type { NotAnalysed, Report } from '../model.ts';
import { count } from '../words.ts';
import { artifact, message } from './text.ts';

/** What a notification is about: an error has its own code. */
const NOT_ANALYSED = 'not-analysed';
const RESULTS_LEFT_OUT = 'results-left-out';
const NO_MIGRATION = 'no-migration';

/** The run itself: whether there is an answer, and what it does not cover. `left`: results that did not fit. */
export function invocation(report: Report, left: number): object {
  const { result, error, coverage, startedAt, durationMs } = report;
  const notifications = [
    ...(error === undefined ? [] : [notification('error', error.code, message(error.message, error.hint))]),
    ...(result === 'noop'
      ? [notification('note', NO_MIGRATION, message('No migration was looked at: none changed.'))]
      : []),
    ...coverage.notAnalysed.map(notLookedAt),
    ...(left === 0 ? [] : [notification('warning', RESULTS_LEFT_OUT, leftOut(left))]),
  ];
  return {
    executionSuccessful: result !== 'error',
    startTimeUtc: startedAt,
    endTimeUtc: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    ...(notifications.length === 0 ? {} : { toolExecutionNotifications: notifications }),
  };
}

/** The kinds of notifications that an invocation can hold. */
export function notificationDescriptors({ error }: Report): object[] {
  const known = [
    { id: NOT_ANALYSED, shortDescription: { text: 'Something that nobody has looked at.' } },
    { id: NO_MIGRATION, shortDescription: { text: 'No migration was there to look at.' } },
    { id: RESULTS_LEFT_OUT, shortDescription: { text: 'There are more results than a file may hold.' } },
  ];
  return error === undefined ? known : [...known, { id: error.code }];
}

function notification(level: 'error' | 'warning' | 'note', id: string, text: { readonly text: string }): object {
  return { level, descriptor: { id }, message: text };
}

function notLookedAt({ path, line, reason }: NotAnalysed): object {
  const place = { artifactLocation: artifact(path), ...(line === undefined ? {} : { region: { startLine: line } }) };
  return {
    ...notification('warning', NOT_ANALYSED, message(`Not analysed: ${reason}`)),
    locations: [{ physicalLocation: place }],
  };
}

function leftOut(left: number): { readonly text: string } {
  return message(
    `${count(left, 'result is', 'results are')} left out, the least severe; the JSON report has all of them.`,
  );
}
