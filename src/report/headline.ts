// NOTE for the helper who does the surfaces: the lead wrote src/report/target/*, */target.ts, headline.ts (carriedOut), annotations, step.ts outputs
// (06:20-06:32) because nothing of yours had shown up. It is all yours now: build on it or replace it, but leave one design, delete the other,
// and delete this note. Still missing: fixtures, tests of all surfaces, structural-fields.ts, looking at the pictures.
import {
  blockedReasons,
  countReasons,
  dropReasons,
  gapReasons,
  passedReasons,
  type Reason,
} from './headline-reasons.ts';
import { TEXT } from './limits.ts';
import type { MigrationReport, Report, Result } from './model.ts';
import type { Phrase } from './phrases.ts';
import { shorten } from './shorten.ts';
import { count, shortCommit } from './words.ts';

/** good: go on. bad: the answer is no. unknown: there is no answer. */
export type Mood = 'good' | 'bad' | 'unknown';

interface Headline {
  readonly mood: Mood;
  /** The answer in one line: '2 migrations: 1 blocks writes on `orders`'. */
  readonly phrases: readonly Phrase[];
}

const GOOD: ReadonlySet<Result> = new Set(['passed', 'noop', 'planned', 'applied', 'superseded']);

/** The first line of every surface: what matters most comes first, and nothing that blocks goes without a word. */
export function headline(report: Report): Headline {
  const { result, command, error } = report;
  if (result === 'error') {
    const [message = ''] = (error?.message ?? '').trim().split('\n', 1);
    return { mood: 'unknown', phrases: [`no answer: ${shorten(message, TEXT.errorInHeadline) || 'an error'}`] };
  }
  const mood = GOOD.has(result) || report.lock?.skipped === true ? 'good' : 'bad';
  return { mood, phrases: command === 'check' ? checked(report) : carriedOut(report) };
}

/** The same as a sentence that stands by itself: it begins with a capital. */
export function capitalised({ mood, phrases: [first = '', ...rest] }: Headline): Headline {
  const begin = typeof first === 'string' ? first.charAt(0).toUpperCase() + first.slice(1) : first;
  return { mood, phrases: [begin, ...rest] };
}

/** As plain text; names stand in backticks. The text is not made safe for any surface. */
export function headlineText({ phrases }: Headline): string {
  return phrases.map((phrase) => (typeof phrase === 'string' ? phrase : `\`${phrase.name}\``)).join('');
}

function checked(report: Report): readonly Phrase[] {
  const { result, migrations, findings } = report;
  if (result === 'noop')
    return sentence(['no migration changed'], ', ', [...countReasons(findings), ...gapReasons(report)]);
  const subject = migrations.length === 0 ? 'no migration changed' : count(migrations.length, 'migration');
  const reasons = result === 'passed' ? passedReasons(report) : blockedReasons(report);
  return sentence([subject], ': ', reasons.length > 0 ? reasons : [[result]]);
}

/** In the order of what matters. */
const STATUSES: readonly (readonly [MigrationReport['status'], string])[] = [
  ['failed', 'failed'],
  ['partial', 'stopped half-way'],
  ['applied', 'applied'],
  ['pending', 'pending'],
  ['not-run', 'did not run'],
];

/** Commands on a target: '3 migrations applied on `production`', 'refused on `staging`: an applied migration has been edited'. */
function carriedOut(report: Report): readonly Phrase[] {
  const { command, result, migrations, target, history, plan, lock, error } = report;
  const where: Phrase[] =
    target === undefined ? [] : [' on ', { name: shorten(target.environment, TEXT.nameInHeadline) }];
  const reasons = [
    ...dropReasons(report),
    ...countReasons(report.findings),
    ...(GOOD.has(result) ? gapReasons(report) : []),
  ];
  const pending = plan?.pending.length ?? migrations.filter(({ status }) => status === 'pending').length;
  switch (result) {
    case 'noop':
      return sentence(['nothing to do', ...where], ', ', reasons);
    case 'planned':
      return sentence([`${count(pending || migrations.length, 'migration')} to apply`, ...where], ', ', reasons);
    case 'superseded':
      return sentence(['superseded', ...where], ': ', [
        ['a later commit is there already', ...commitOf(history)],
        ...reasons,
      ]);
    case 'refused':
      return sentence(['refused', ...where], ': ', closedReasons(report));
    case 'busy':
      return sentence([lock?.skipped ? 'skipped' : 'busy', ...where], ': ', [['another run holds the lock']]);
    case 'passed':
    case 'blocked':
      return sentence(...inspected(report, where));
    case 'applied':
      if (migrations.every(({ status }) => status === 'applied'))
        return sentence([`${count(migrations.length, 'migration')} applied`, ...where], ', ', reasons);
  }
  const statuses = STATUSES.flatMap(([status, text]): Reason[] => {
    const number = migrations.filter((migration) => migration.status === status).length;
    return number === 0 ? [] : [[`${number} ${text}`]];
  });
  const word =
    error?.code === 'cancelled' ? 'cancelled' : error?.code === 'checks-failed' ? 'a check failed' : WORDS[result];
  return sentence([`${shorten(command, TEXT.nameInHeadline)}: ${word ?? result}`, ...where], ', ', [
    ...statuses,
    ...reasons,
  ]);
}

const WORDS: Partial<Readonly<Record<Result, string>>> = { partial: 'stopped half-way', failed: 'failed' };

function commitOf(history: Report['history']): Phrase[] {
  return history?.commit === undefined ? [] : [' (', { name: shortCommit(history.commit) }, ')'];
}

/** What stands in the way, in the words of the first gate that is closed. */
function closedReasons({ plan, error }: Report): Reason[] {
  const closed = (plan?.gates ?? []).filter(({ open }) => !open);
  const [first] = closed;
  if (first === undefined)
    return [[lowerFirst(shorten(error?.message.split('\n')[0] ?? 'a gate is closed', TEXT.errorInHeadline))]];
  const more = closed.length > 1 ? [[`${count(closed.length - 1, 'more gate')} closed`]] : [];
  return [[lowerFirst(shorten(first.message.replace(/\.$/, ''), TEXT.errorInHeadline))], ...more];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** status, verify, baseline and resolve. */
function inspected(
  { command, result, history, plan, target, migrations }: Report,
  where: readonly Phrase[],
): [subject: readonly Phrase[], separator: string, reasons: readonly Reason[]] {
  const name: Phrase = { name: shorten(target?.environment ?? 'the target', TEXT.nameInHeadline) };
  const pending = plan?.pending.length ?? 0;
  if (command === 'status') {
    const at: Phrase[] = history?.newest === undefined ? [' has no migration'] : [' is at ', { name: history.newest }];
    return [[name, ...at], ', ', [[pending === 0 ? 'nothing pending' : `${pending} pending`]]];
  }
  if (command === 'verify' || (command === 'baseline' && result === 'blocked')) {
    const same = result === 'passed';
    return [
      ['the schema of ', name, same ? ' is what its migrations make' : ' differs from what its migrations make'],
      '',
      [],
    ];
  }
  if (command === 'baseline')
    return [[`${count(migrations.length, 'migration')} recorded as applied`, ...where], '', []];
  if (command === 'resolve') return [['settled', ...where], '', []];
  return [[`${shorten(command, TEXT.nameInHeadline)}: ${result}`, ...where], '', []];
}

function sentence(subject: readonly Phrase[], separator: string, reasons: readonly Reason[]): readonly Phrase[] {
  return [...subject, ...reasons.flatMap((reason, index) => [index === 0 ? separator : ', ', ...reason])];
}
