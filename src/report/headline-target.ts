import { inspectionPhrases } from './headline-inspection.ts';
import { countReasons, dropReasons, gapReasons, type Reason } from './headline-reasons.ts';
import { TEXT } from './limits.ts';
import type { MigrationReport, Report, Result, SqlErrorReport } from './model.ts';
import { hasStopped, testsFailed } from './outcome.ts';
import { names, type Phrase } from './phrases.ts';
import { shorten } from './shorten.ts';
import { closedGates, gateReason } from './target/gates.ts';
import { count, duration, shortCommit } from './words.ts';

/** Results after which one may go on. */
export const GOOD: ReadonlySet<Result> = new Set(['passed', 'noop', 'planned', 'applied', 'superseded']);

/** A subject and the reasons for it, one after the other. */
export function sentence(subject: readonly Phrase[], separator: string, reasons: readonly Reason[]): readonly Phrase[] {
  return [...subject, ...reasons.flatMap((reason, index) => [index === 0 ? separator : ', ', ...reason])];
}

/** Commands on a target: '3 migrations applied on `production`', 'refused on `staging`: 1 applied migration was edited'. */
export function onTargetPhrases(report: Report): readonly Phrase[] {
  const { command, result, migrations, history, plan, target } = report;
  const environment: Phrase = { name: shorten(target?.environment ?? 'the target', TEXT.nameInHeadline) };
  const where: Phrase[] = target === undefined ? [] : [' on ', environment];
  switch (result) {
    case 'noop':
      return sentence(['nothing to do', ...where, ...newestOf(history)], ', ', remarks(report));
    case 'planned': {
      const pending = plan?.pending.length ?? migrations.length;
      // What was applied is to be checked before code may follow.
      if (pending === 0) return sentence(['checks to run', ...where], ', ', remarks(report));
      return sentence([`${count(pending, 'migration')} to apply`, ...where], ', ', [
        ...planReasons(report),
        ...remarks(report),
      ]);
    }
    case 'superseded':
      return sentence(['superseded'], ': ', [[environment, ' has a later commit', ...commitOf(history)]]);
    case 'refused':
      return sentence([`${named(command)}refused`, ...where], ': ', refusedReasons(report));
    case 'busy':
      return sentence(busySubject(report, where), ', ', []);
    case 'applied':
      return sentence([`${count(migrations.length, 'migration')} applied`, ...where], ', ', [
        ...retryReasons(migrations),
        ...remarks(report),
      ]);
    case 'partial':
    case 'failed':
      return sentence([stopWord(report), ...where], ': ', [...stopReasons(report), ...remarks(report)]);
    default:
      return inspectionPhrases(report, environment);
  }
}

/** A deploy needs no name; what else was refused or failed does. */
function named(command: string): string {
  return command === 'plan' || command === 'apply' ? '' : `${shorten(command, TEXT.nameInHeadline)} `;
}

function newestOf(history: Report['history']): Phrase[] {
  return history?.newest === undefined
    ? []
    : [', which is at ', { name: shorten(history.newest, TEXT.nameInHeadline) }];
}

function commitOf(history: Report['history']): Phrase[] {
  return history?.commit === undefined ? [] : [' (', { name: shortCommit(history.commit) }, ')'];
}

/** What is lost and what is open, whatever the command. */
function remarks(report: Report): Reason[] {
  return [
    ...dropReasons(report),
    ...countReasons(report.findings),
    ...(GOOD.has(report.result) ? gapReasons(report) : []),
  ];
}

/** What a deploy of this plan would run into now. */
function planReasons({ plan, lock }: Report): Reason[] {
  const { blockers, invalidIndexes = [] } = plan ?? {};
  const waits = blockers?.sessions.length ?? 0;
  return [
    ...(lock?.holder === undefined ? [] : [['another run holds the lock now']]),
    ...(waits === 0 ? [] : [[`${count(waits, 'open transaction is', 'open transactions are')} in the way now`]]),
    ...(blockers?.visible === false ? [['not all transactions are visible']] : []),
    ...(invalidIndexes.length === 0 ? [] : [[count(invalidIndexes.length, 'invalid index', 'invalid indexes')]]),
  ];
}

const MOST_GATES = 3;

/** Every gate that is closed, in a few words; without one, how the error begins. */
function refusedReasons(report: Report): Reason[] {
  const closed = closedGates(report);
  const shown = closed.slice(0, MOST_GATES).map((gate): Reason => [gateReason(gate)]);
  if (closed.length > MOST_GATES) return [...shown, [`${count(closed.length - MOST_GATES, 'more gate')} closed`]];
  return shown.length > 0 ? shown : [[beginOf(report.error?.message ?? 'a gate is closed')]];
}

/** The first sentence, as far as its colon; what follows is told below. */
function beginOf(message: string): string {
  const [line = ''] = message.trim().split('\n', 1);
  const [first = ''] = line.split(/: |\. |\.$/, 1);
  const begin = shorten(first, TEXT.errorInHeadline);
  return /^[A-Z][a-z]* /.test(begin) ? begin.charAt(0).toLowerCase() + begin.slice(1) : begin;
}

function busySubject({ command, lock }: Report, where: readonly Phrase[]): readonly Phrase[] {
  const { holder, skipped, tool } = lock ?? {};
  const application: Phrase[] =
    holder?.application === undefined ? [] : [{ name: shorten(holder.application, TEXT.nameInHeadline) }];
  const since = holder?.ageMs === undefined ? [] : [`for ${duration(holder.ageMs)}`];
  const facts = [...application, ...since].flatMap((fact, index) => (index === 0 ? [fact] : [', ', fact]));
  const who = facts.length === 0 ? [] : [' (', ...facts, ')'];
  return [
    `${named(command)}${skipped === true ? 'skipped' : 'busy'}`,
    ...where,
    ...(tool === undefined
      ? [': another run holds the lock']
      : [': the lock of ', { name: shorten(tool, TEXT.nameInHeadline) }, ' is held']),
    ...who,
  ];
}

/** The command is named, since more than one thing may fail in a deploy. */
function stopWord({ command, result, error }: Report): string {
  const word = error?.code === 'cancelled' ? 'was cancelled' : result === 'partial' ? 'stopped half-way' : 'failed';
  return `${shorten(command, TEXT.nameInHeadline)} ${word}`;
}

/** '`015_x` failed (55P03 lock timeout), 2 applied, 1 did not run' */
function stopReasons({ migrations, tests, error, command, ...rest }: Report): Reason[] {
  const of = (status: MigrationReport['status']): number => migrations.filter((one) => one.status === status).length;
  const [applied, left] = [of('applied'), of('not-run') + of('pending')];
  const checked = error?.code === 'checks-failed';
  const smoke = testsFailed({ ...rest, migrations, tests, command });
  const unknown = migrations.some(({ up }) => up?.error?.settle);
  const nothing = applied + of('partial') === 0 && migrations.length > 0 && !unknown;
  return [
    ...migrations.filter(hasStopped).map(stopReason),
    ...(checked ? [[smoke ? 'the smoke command failed' : beginOf(error.message)]] : []),
    ...(error !== undefined && !checked && error.code !== 'cancelled' ? [[beginOf(error.message)]] : []),
    ...(applied > 0 ? [[`${applied} applied`]] : []),
    ...(nothing ? [['nothing was applied']] : []),
    ...(left > 0 ? [[`${left} did not run`]] : []),
  ];
}

function stopReason({ id, status, up }: MigrationReport): Reason {
  const word = status === 'partial' ? ' stopped half-way' : ' failed';
  const why = up?.error === undefined ? '' : ` (${inShort(up.error)})`;
  return [{ name: shorten(id, TEXT.nameInHeadline) }, `${word}${why}`];
}

/** What an SQLSTATE means to who does not know it by heart, where the message says it in more words. */
const STATES: Readonly<Record<string, string>> = {
  '23505': 'duplicate values',
  '25006': 'read-only',
  '40P01': 'deadlock',
  '42501': 'a right is missing',
  '53100': 'disk full',
  '55P03': 'lock timeout',
  '57014': 'cancelled or timed out',
};

const ERROR_CHARACTERS = 70;

function inShort({ sqlstate = '', message }: SqlErrorReport): string {
  const [line = ''] = message.trim().split('\n', 1);
  return `${sqlstate} ${STATES[sqlstate] ?? shorten(line, ERROR_CHARACTERS)}`.trim();
}

/** '`015_x` after 4 failed tries', '2 after failed tries' */
function retryReasons(migrations: readonly MigrationReport[]): Reason[] {
  const tried = migrations.filter(({ up }) => (up?.attempts?.length ?? 0) > 0);
  const [first] = tried;
  if (first === undefined) return [];
  if (tried.length > 1) return [[`${tried.length} after failed tries`]];
  const tries = count(first.up?.attempts?.length ?? 0, 'failed try', 'failed tries');
  return [[...names([first.id]), ` after ${tries}`]];
}
