import { TEXT } from './limits.ts';
import type { Finding, Impact, MigrationReport, Report, Result } from './model.ts';
import { shorten } from './shorten.ts';
import { count } from './words.ts';

/** A piece of a sentence: words, or a name that comes from SQL and is set as code. The words may quote foreign text, too. */
export type Phrase = string | { readonly name: string };

/** good: go on. bad: the answer is no. unknown: there is no answer. */
export type Mood = 'good' | 'bad' | 'unknown';

export interface Headline {
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

/** As plain text; names stand in backticks. The text is not made safe for any surface. */
export function headlineText({ phrases }: Headline): string {
  return phrases.map((phrase) => (typeof phrase === 'string' ? phrase : `\`${phrase.name}\``)).join('');
}

/** One of the reasons that are told one after the other. */
type Reason = readonly Phrase[];

function checked(report: Report): readonly Phrase[] {
  const { result, migrations, findings } = report;
  if (result === 'noop') return sentence(['no migration changed'], ', ', openCounts(findings));
  const subject = migrations.length === 0 ? 'no migration changed' : count(migrations.length, 'migration');
  const reasons = result === 'passed' ? passedReasons(findings) : blockedReasons(report);
  return sentence([subject], ': ', reasons.length > 0 ? reasons : [[result]]);
}

function passedReasons(findings: readonly Finding[]): Reason[] {
  const open = openCounts(findings);
  if (findings.length === 0) return [['passed'], ['no findings']];
  return findings.every(({ suppressed }) => suppressed)
    ? [['passed'], ['no open findings'], ...open]
    : [['passed'], ...open];
}

/** Why a check says no, in the order of harm. */
function blockedReasons({ migrations, findings, tests = [] }: Report): Reason[] {
  const alone = migrations.length === 1;
  const failed = migrations.filter(({ status, up }) => stopped(status) || stopped(up?.status));
  const downs = migrations.filter(({ down }) => down?.status === 'failed' || down?.status === 'different');
  const testsFail = tests.some(({ exitCode, timedOut }) => exitCode !== 0 || timedOut === true);
  const blocking = findings.filter(blocks);
  const paths = new Set([...failed, ...downs].map(({ path }) => path));
  const told = blocking.filter(
    ({ impact, source, path, rule }) =>
      impact !== undefined || (source === 'rehearsal' && (paths.has(path) || (rule === 'tests-fail' && testsFail))),
  );
  return [
    ...(failed.length > 0 ? [[alone ? 'fails' : verb(failed.length, 'fails', 'fail')]] : []),
    ...(testsFail ? [['the tests fail']] : []),
    ...IMPACTS.flatMap((kind) => impactOn(kind, blocking, alone)),
    ...(downs.length > 0 ? [[downsText(downs, alone)]] : []),
    ...openCounts(findings, told.length),
  ];
}

function stopped(status: MigrationReport['status'] | undefined): boolean {
  return status === 'failed' || status === 'partial';
}

/** The worse one first. */
const IMPACTS: readonly Impact['blocks'][] = ['reads and writes', 'writes'];

/** '1 blocks writes on `orders`', of the migrations that do no worse. */
function impactOn(kind: Impact['blocks'], blocking: readonly Finding[], alone: boolean): Reason[] {
  const some = blocking.filter(({ impact }) => impact?.blocks === kind);
  if (some.length === 0) return [];
  const relations = new Set(some.flatMap(({ impact }) => (impact?.relations ?? []).map(shortName)));
  const paths = new Set(some.map(({ path }) => path));
  return [[`${alone ? 'blocks' : verb(paths.size, 'blocks', 'block')} ${kind} on `, ...names([...relations])]];
}

/** Everybody knows where a table is that is in public. */
function shortName(relation: string): string {
  return relation.replace(/^public\./, '');
}

/** More names than this are counted. */
const MOST_NAMES = 2;

function names(all: readonly string[]): Phrase[] {
  const shown = all.length > MOST_NAMES + 1 ? all.slice(0, MOST_NAMES) : all;
  const left = all.length - shown.length;
  return shown
    .flatMap((name, index): Phrase[] => {
      const last = index === shown.length - 1 && left === 0;
      const before = index === 0 ? [] : [last ? ' and ' : ', '];
      return [...before, { name: shorten(name, TEXT.nameInHeadline) }];
    })
    .concat(left > 0 ? [` and ${left} more`] : []);
}

function downsText(downs: readonly MigrationReport[], alone: boolean): string {
  const fail = downs.every(({ down }) => down?.status === 'failed');
  if (alone) return fail ? 'its down script fails' : 'its down script does not undo it';
  const scripts = count(downs.length, 'down script');
  if (fail) return `${scripts} ${downs.length === 1 ? 'fails' : 'fail'}`;
  return `${scripts} ${downs.length === 1 ? 'does' : 'do'} not undo the up`;
}

/** What is open, in numbers; of what blocks only that of which nothing has been said yet. */
function openCounts(findings: readonly Finding[], told = 0): Reason[] {
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const suppressed = findings.length - open.length;
  const number = (severity: Finding['severity']): number => open.filter((one) => one.severity === severity).length;
  const [blocking, warnings, notes] = [number('block'), number('warn'), number('info')];
  const left = blocking - told;
  return [
    ...(left > 0 ? [[`${count(left, told > 0 ? 'more finding' : 'finding')} ${left === 1 ? 'blocks' : 'block'}`]] : []),
    ...(warnings > 0 ? [[count(warnings, 'warning')]] : []),
    ...(blocking + warnings === 0 && notes > 0 ? [[count(notes, 'note')]] : []),
    ...(suppressed > 0 ? [[`${suppressed} suppressed`]] : []),
  ];
}

function blocks({ severity, suppressed }: Finding): boolean {
  return severity === 'block' && suppressed === undefined;
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
function carriedOut({ command, result, migrations, target, findings }: Report, word: string): readonly Phrase[] {
  const where: Phrase[] =
    target === undefined ? [] : [' on ', { name: shorten(target.environment, TEXT.nameInHeadline) }];
  const all = migrations.length > 0 && migrations.every(({ status }) => status === WHOLE[result]);
  if (all) return sentence([`${count(migrations.length, 'migration')} ${word}`, ...where], ', ', openCounts(findings));
  const statuses = STATUSES.flatMap(([status, text]): Reason[] => {
    const number = migrations.filter((migration) => migration.status === status).length;
    return number === 0 ? [] : [[`${number} ${text}`]];
  });
  return sentence([`${shorten(command, TEXT.nameInHeadline)}: ${word}`, ...where], ', ', [
    ...statuses,
    ...openCounts(findings),
  ]);
}

/** What every migration is when such a result holds for all of them. */
const WHOLE: Partial<Readonly<Record<Result, MigrationReport['status']>>> = { planned: 'pending', applied: 'applied' };

function sentence(subject: readonly Phrase[], separator: string, reasons: readonly Reason[]): readonly Phrase[] {
  return [...subject, ...reasons.flatMap((reason, index) => [index === 0 ? separator : ', ', ...reason])];
}

function verb(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
