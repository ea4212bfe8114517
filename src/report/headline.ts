import { deploymentPhrases } from './deployment/lines.ts';
import { blockedReasons, countReasons, gapReasons, passedReasons } from './headline-reasons.ts';
import { GOOD, onTargetPhrases, sentence } from './headline-target.ts';
import { TEXT } from './limits.ts';
import type { Report } from './model.ts';
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

/** The first line of every surface: what matters most comes first, and nothing that blocks goes without a word. */
export function headline(report: Report): Headline {
  const { result, command, error } = report;
  if (result === 'error') {
    const [message = ''] = (error?.message ?? '').trim().split('\n', 1);
    return { mood: 'unknown', phrases: [`no answer: ${shorten(message, TEXT.errorInHeadline) || 'an error'}`] };
  }
  if (command === 'notify') return deployed(report);
  const mood = GOOD.has(result) || report.lock?.skipped === true ? 'good' : 'bad';
  return { mood, phrases: command === 'check' ? checked(report) : onTargetPhrases(report) };
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

function deployed({ deployment, deployCode }: Report): Headline {
  if (deployment === undefined) return { mood: 'unknown', phrases: ['nothing is known of the deployment'] };
  const { code } = deployment;
  const waits = deployment.stages.at(-1)?.state === 'waiting';
  const isGood = code === undefined ? deployCode === true || waits : code.state === 'deployed';
  return { mood: isGood ? 'good' : 'bad', phrases: deploymentPhrases(deployment, deployCode) };
}

function checked(report: Report): readonly Phrase[] {
  const { result, migrations, findings } = report;
  if (result === 'noop')
    return sentence(['no migration changed'], ', ', [...countReasons(findings), ...gapReasons(report)]);
  const subject = migrations.length === 0 ? 'no migration changed' : count(migrations.length, 'migration');
  const reasons = result === 'passed' ? passedReasons(report) : blockedReasons(report);
  return sentence([subject], ': ', reasons.length > 0 ? reasons : [[result]]);
}
