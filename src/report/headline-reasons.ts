import { dropsOf } from './drops.ts';
import { isOpen, openCounts } from './findings.ts';
import type { Finding, Impact, MigrationReport, Report } from './model.ts';
import { hasStopped, isDownWrong, testsFailed } from './outcome.ts';
import { names, type Phrase, shortName, verb } from './phrases.ts';
import { count } from './words.ts';

/** One of the reasons that a headline tells one after the other. */
export type Reason = readonly Phrase[];

/** Why a check says yes; what is lost by it and what nobody has looked at belong to the answer. */
export function passedReasons(report: Report): Reason[] {
  const { findings } = report;
  const drops = dropReasons(report);
  const none = findings.length === 0 ? 'no findings' : 'no open findings';
  // What was let pass is counted: where there is more to tell, that is enough.
  const quiet = findings.length === 0 || (drops.length === 0 && !findings.some(isOpen));
  return [...drops, ['passed'], ...(quiet ? [[none]] : []), ...countReasons(findings), ...gapReasons(report)];
}

/** Why a check says no, in the order of harm. */
export function blockedReasons(report: Report): Reason[] {
  const { migrations, findings } = report;
  const alone = migrations.length === 1;
  const failed = migrations.filter(hasStopped);
  const downs = migrations.filter(isDownWrong);
  const testsFail = testsFailed(report);
  const blocking = findings.filter((finding) => isOpen(finding) && finding.severity === 'block');
  const paths = new Set([...failed, ...downs].map(({ path }) => path));
  const told = blocking.filter(
    ({ impact, source, path, rule }) =>
      impact !== undefined || (source === 'rehearsal' && (paths.has(path) || (rule === 'tests-fail' && testsFail))),
  );
  return [
    ...(failed.length > 0 ? [[alone ? 'fails' : verb(failed.length, 'fails', 'fail')]] : []),
    ...(testsFail ? [['the tests fail']] : []),
    ...IMPACTS.flatMap((kind) => impactOn(kind, blocking, alone)),
    ...dropReasons(report),
    ...(downs.length > 0 ? [[downsText(downs, alone)]] : []),
    ...countReasons(findings, told.length),
  ];
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

/** '1 drops table `users`', 'drops columns `users.email` and `users.name`': a fact, whatever the findings say of it. */
export function dropReasons(report: Report): Reason[] {
  const alone = report.migrations.length === 1;
  const drops = dropsOf(report);
  return (['table', 'column'] as const).flatMap((wanted): Reason[] => {
    const some = drops.filter(({ kind }) => kind === wanted);
    if (some.length === 0) return [];
    const paths = new Set(some.map(({ path }) => path));
    const begin = `${alone ? 'drops' : verb(paths.size, 'drops', 'drop')} ${wanted}${some.length === 1 ? '' : 's'} `;
    return [
      [
        begin,
        ...names(
          some.map(({ name }) => shortName(name)),
          0,
        ),
      ],
    ];
  });
}

function downsText(downs: readonly MigrationReport[], alone: boolean): string {
  const fail = downs.every(({ down }) => down?.status === 'failed');
  if (alone) return fail ? 'its down script fails' : 'its down script does not undo it';
  const scripts = count(downs.length, 'down script');
  if (fail) return `${scripts} ${downs.length === 1 ? 'fails' : 'fail'}`;
  return `${scripts} ${downs.length === 1 ? 'does' : 'do'} not undo the up`;
}

/** What is open, in numbers; of what blocks only that of which nothing has been said yet. */
export function countReasons(findings: readonly Finding[], told = 0): Reason[] {
  const { blocking, warnings, notes, suppressed } = openCounts(findings);
  const left = blocking - told;
  return [
    ...(left > 0 ? [[`${count(left, told > 0 ? 'more finding' : 'finding')} ${left === 1 ? 'blocks' : 'block'}`]] : []),
    ...(warnings > 0 ? [[count(warnings, 'warning')]] : []),
    ...(blocking + warnings === 0 && notes > 0 ? [[count(notes, 'note')]] : []),
    ...(suppressed > 0 ? [[`${suppressed} suppressed`]] : []),
  ];
}

/** What a good answer says nothing about. */
export function gapReasons({ command, coverage, rehearsal, migrations }: Report): Reason[] {
  const missed = coverage.notAnalysed.length;
  const unrehearsed =
    command === 'check' && rehearsal === undefined && migrations.some(({ change }) => change !== 'deleted');
  return [
    ...(unrehearsed ? [['not rehearsed']] : []),
    ...(missed > 0 ? [[`${count(missed, 'place')} not analysed`]] : []),
  ];
}
