import { adviceOf } from './advice.ts';
import { isOpen, worstFirst } from './findings.ts';
import { ANNOTATIONS } from './limits.ts';
import type { Finding, Impact, Report } from './model.ts';
import { type Phrase, shortName } from './phrases.ts';
import { plain, plainLine } from './plain.ts';
import { shorten } from './shorten.ts';
import { closedGates, gateReason } from './target/gates.ts';
import { lockLines } from './target/surroundings.ts';

/** A remark on a line of the diff, or on the run as a whole. */
interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  /** undefined: the annotation has no place. */
  readonly path?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
}

interface Annotations {
  readonly shown: Annotation[];
  /** How many more there would be. */
  readonly left: Readonly<Record<Annotation['level'], number>>;
}

/**
 * What stands against the change, where it stands: lines of the diff first, the worst first. Notes and suppressed findings
 * get none: in the middle of somebody's code they would be noise, and the comment has them.
 */
export function annotationsOf(report: Report): Annotations {
  const open = worstFirst(report.findings.filter(isOpen));
  const errors = [...failure(report), ...closed(report), ...failedMigrations(report), ...annotated(open, 'block')];
  const warnings = annotated(open, 'warn');
  return {
    shown: [...errors.slice(0, ANNOTATIONS.error), ...warnings.slice(0, ANNOTATIONS.warning)],
    left: {
      error: Math.max(0, errors.length - ANNOTATIONS.error),
      warning: Math.max(0, warnings.length - ANNOTATIONS.warning),
    },
  };
}

function annotated(findings: readonly Finding[], severity: 'block' | 'warn'): Annotation[] {
  const chosen = findings.filter((finding) => finding.severity === severity);
  const ordered = [
    ...chosen.filter(({ inDiff }) => inDiff !== false),
    ...chosen.filter(({ inDiff }) => inDiff === false),
  ];
  return varied(ordered).map(annotation);
}

/** Of one rule in one file a few, then what else there is, then the rest: one mistake made often does not hide the others. */
function varied(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  const first: Finding[] = [];
  const later: Finding[] = [];
  for (const finding of findings) {
    const key = JSON.stringify([finding.rule, finding.path]);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    (number <= ANNOTATIONS.alike ? first : later).push(finding);
  }
  return [...first, ...later];
}

function annotation({
  severity,
  rule,
  title,
  impact,
  message,
  help,
  docsUrl,
  path,
  line,
  endLine,
  column,
}: Finding): Annotation {
  return {
    level: severity === 'block' ? 'error' : 'warning',
    title: shorten(
      plainLine(`Lockstep: ${title ?? rule}${impact === undefined ? '' : `, ${blocking(impact)}`}`),
      ANNOTATIONS.title,
    ),
    message: text(message, adviceOf(help), docsUrl),
    path,
    line,
    endLine,
    ...(column === undefined ? {} : { column }),
  };
}

function blocking({ blocks, relations }: Impact): string {
  return `blocks ${blocks} on ${relations.map(shortName).join(', ')}`;
}

/** Why there is no answer: about no file. */
function failure({ error }: Report): Annotation[] {
  if (error === undefined) return [];
  const { code, message, hint } = error;
  return [{ level: 'error', title: `Lockstep: ${plainLine(code)}`, message: text(message, hint ?? '') }];
}

/** Why nothing was done to a target: about no file. What only looks at it does not need the gates. */
function closed(report: Report): Annotation[] {
  const { result, target, lock } = report;
  const where = target === undefined ? '' : ` on ${target.environment}`;
  const title = (words: string): string => shorten(plainLine(`Lockstep: ${words}`), ANNOTATIONS.title);
  if (result === 'busy' && lock?.skipped !== true) {
    const said = lockLines(report).map(({ phrases, help = '' }) => text(words(phrases), help));
    return [{ level: 'error', title: title(`busy${where}`), message: text(...said) }];
  }
  if (result !== 'refused') return [];
  return closedGates(report).map((gate) => ({
    level: 'error',
    title: title(`refused${where}, ${gateReason(gate)}`),
    message: text(gate.message, (gate.details ?? []).slice(0, MOST_DETAILS).join('\n'), gate.help ?? ''),
  }));
}

const MOST_DETAILS = 10;

/** Where a migration failed on a target; in a rehearsal a finding tells it. */
function failedMigrations({ command, migrations }: Report): Annotation[] {
  if (command === 'check') return [];
  return migrations.flatMap(({ id, path, up }): Annotation[] => {
    const { error } = up ?? {};
    if (error === undefined) return [];
    const { message, sqlstate, detail = '', hint = '', line, column } = error;
    return [
      {
        level: 'error',
        title: shorten(plainLine(`Lockstep: ${id} failed`), ANNOTATIONS.title),
        message: text(sqlstate === undefined ? message : `${message} (SQLSTATE ${sqlstate})`, detail, hint),
        path: error.path ?? path,
        ...(line === undefined ? {} : { line, endLine: line }),
        ...(column === undefined ? {} : { column }),
      },
    ];
  });
}

function words(phrases: readonly Phrase[]): string {
  return phrases.map((phrase) => (typeof phrase === 'string' ? phrase : phrase.name)).join('');
}

function text(...parts: readonly string[]): string {
  return shorten(
    parts
      .map((part) => plain(part).trim())
      .filter((part) => part !== '')
      .join('\n'),
    ANNOTATIONS.message,
  );
}
