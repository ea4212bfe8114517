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
import { count } from './words.ts';

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
  const mood = GOOD.has(result) ? 'good' : 'bad';
  return { mood, phrases: command === 'check' ? checked(report) : carriedOut(report, WORDS[result]) };
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

const WORDS: Readonly<Record<Exclude<Result, 'error'>, string>> = {
  passed: 'passed',
  blocked: 'blocked',
  noop: 'nothing to do',
  planned: 'pending',
  applied: 'applied',
  superseded: 'superseded by a later commit',
  partial: 'stopped half-way',
  failed: 'failed',
  busy: 'busy, another run holds the lock',
  refused: 'refused',
};

/** In the order of what matters. */
const STATUSES: readonly (readonly [MigrationReport['status'], string])[] = [
  ['failed', 'failed'],
  ['partial', 'stopped half-way'],
  ['applied', 'applied'],
  ['pending', 'pending'],
  ['not-run', 'did not run'],
];

/** Commands that act on a target: '3 migrations applied on `production`', 'apply failed on `staging`: 1 failed, 2 did not run'. */
function carriedOut(report: Report, word: string): readonly Phrase[] {
  const { command, result, migrations, target, findings } = report;
  const where: Phrase[] =
    target === undefined ? [] : [' on ', { name: shorten(target.environment, TEXT.nameInHeadline) }];
  const reasons = [...dropReasons(report), ...countReasons(findings), ...(GOOD.has(result) ? gapReasons(report) : [])];
  const all = migrations.length > 0 && migrations.every(({ status }) => status === WHOLE[result]);
  if (all) return sentence([`${count(migrations.length, 'migration')} ${word}`, ...where], ', ', reasons);
  const statuses = STATUSES.flatMap(([status, text]): Reason[] => {
    const number = migrations.filter((migration) => migration.status === status).length;
    return number === 0 ? [] : [[`${number} ${text}`]];
  });
  return sentence([`${shorten(command, TEXT.nameInHeadline)}: ${word}`, ...where], ', ', [...statuses, ...reasons]);
}

/** What every migration is when such a result holds for all of them. */
const WHOLE: Partial<Readonly<Record<Result, MigrationReport['status']>>> = { planned: 'pending', applied: 'applied' };

function sentence(subject: readonly Phrase[], separator: string, reasons: readonly Reason[]): readonly Phrase[] {
  return [...subject, ...reasons.flatMap((reason, index) => [index === 0 ? separator : ', ', ...reason])];
}
