import { didYouMean, nearest } from '../nearest.ts';
import { type Comment, comments } from '../project/comments.ts';
import { endOfLine } from '../project/place.ts';
import { parseScript, type Statement } from '../project/sql.ts';
import type { Script } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import { canonicalNames, isMandatory, ruleNamed, ruleNames } from './catalogue.ts';
import { finding } from './finding.ts';

/**
 * `-- lockstep-ignore rule[, rule] -- reason` and its forms for a whole file; Squawk's comments count just the same, for
 * our rules too. What is suppressed stays in the list and says why.
 */

/** What is written in a comment. */
interface Suppression {
  readonly wholeFile: boolean;
  readonly rules: readonly string[];
  readonly reason: string;
}

// A leading '*' is decoration in block comments; a leading '--' is SQL that is commented out with its comments.
const SYNTAX = /^[\s*]*(?:lockstep|squawk)-ignore(-file)?(?![\w-])[:\s]*([\s\S]*)$/;

/** undefined: the comment is about something else. */
export function parseSuppression(comment: Pick<Comment, 'text'>): Suppression | undefined {
  const [whole, file, rest = ''] = SYNTAX.exec(comment.text) ?? [];
  if (whole === undefined) return undefined;
  const [, names = '', reason = ''] = /^(.*?)(?:\s--\s*|\s[–—]\s*|^--\s*|$)([\s\S]*)$/s.exec(rest.trim()) ?? [];
  const rules = names.split(/[\s,]+/).filter((name) => name !== '');
  return { wholeFile: file !== undefined, rules, reason: reason.trim().replace(/\s+/g, ' ') };
}

/** A suppression at its place, with what it applies to. */
interface Placed extends Suppression {
  readonly path: string;
  readonly line: number;
  /** The line of code that it is about; undefined: the whole file, or nothing. */
  readonly target: number | undefined;
  readonly statement: Statement | undefined;
}

interface SuppressionContext {
  /** Names of rules that this room does not know: the rehearsal's. */
  readonly otherRules?: readonly string[];
  /** Rules that are switched off: comments about them are not called idle. */
  readonly silentRules?: ReadonlySet<string>;
  /** Rules of later stages that no comment may silence; lint's own are known here. */
  readonly mandatoryRules?: ReadonlySet<string>;
}

/** Of a suppression that gives none, which is enough for what does not block. */
export const NO_REASON = 'no reason given';

const ABOUT_SUPPRESSIONS: ReadonlySet<string> = new Set(['suppression-without-reason', 'unused-suppression']);

/**
 * Marks the findings that comments in the scripts suppress, and adds findings about suppressions that do not count or
 * hit nothing. May be called again when later stages have added their findings: what it said before is said anew.
 * `loadParser` must have resolved.
 */
export function applySuppressions(
  findings: readonly Finding[],
  scripts: readonly Script[],
  { otherRules = [], silentRules = new Set(), mandatoryRules = new Set() }: SuppressionContext = {},
): Finding[] {
  const files = scripts.map(suppressionsIn);
  const placed = files.flatMap((file) => file.placed);
  const slips = files.flatMap((file) => file.slips);
  if (placed.length === 0 && slips.length === 0) return [...findings];
  const used = new Set<Placed>();
  const withoutReason = new Map<Placed, string>();
  const judged = findings
    .filter(({ rule }) => !ABOUT_SUPPRESSIONS.has(rule))
    .map((found) => {
      const hit = placed.find((one) => hits(one, found));
      if (hit === undefined || isMandatory(found.rule, mandatoryRules)) return found;
      used.add(hit);
      if (found.suppressed) return found;
      if (found.severity === 'block' && hit.reason === '') {
        withoutReason.set(hit, found.rule);
        return found;
      }
      return { ...found, suppressed: { reason: hit.reason || NO_REASON } };
    });
  return [
    ...judged,
    ...[...withoutReason].map(([one, rule]) => reasonMissing(one, rule)),
    ...placed.flatMap((one) => idle(one, used.has(one), { otherRules, silentRules, mandatoryRules })),
    ...slips,
  ];
}

/** A comment that can be a suppression or was meant as one, wherever it stands: few files have any. */
const MAY_SUPPRESS = /(?:--|\/\*)[\s*]*[a-z]+[-_][a-z]/i;

function suppressionsIn(script: Script): { readonly placed: readonly Placed[]; readonly slips: readonly Finding[] } {
  const { text, path } = script;
  if (!MAY_SUPPRESS.test(text)) return { placed: [], slips: [] };
  const all = comments(text);
  const placed = all.flatMap((comment, index) => {
    const suppression = parseSuppression(comment);
    if (suppression === undefined) return [];
    const target = suppression.wholeFile ? undefined : targetLine(text, all, index);
    const statement = (parseScript(script).statements ?? []).find(
      ({ line, endLine }) => target !== undefined && (line === target || (comment.afterCode && endLine === target)),
    );
    return [{ ...suppression, path, line: comment.line, target, statement }];
  });
  return { placed, slips: all.flatMap((comment) => slip(path, comment)) };
}

const MARKERS: readonly string[] = ['lockstep-ignore', 'lockstep-ignore-file', 'squawk-ignore', 'squawk-ignore-file'];

/** A marker that is misspelt suppresses nothing, and whoever wrote it believes that it does. */
function slip(path: string, comment: Comment): Finding[] {
  const [, word] = /^[\s*]*([a-z]+(?:[-_][a-z]+)+)/i.exec(comment.text) ?? [];
  if (word === undefined || parseSuppression(comment) || nearest(word, MARKERS) === undefined) return [];
  const message = `\`${word}\` is no marker of a suppression${didYouMean(word, MARKERS)}`;
  return [finding('unused-suppression', { path, line: comment.line, message, severity: 'warn' })];
}

/** The comment's own line when code stands before it, else the line below it and below the comments that follow it. */
function targetLine(text: string, all: readonly Comment[], index: number): number | undefined {
  const comment = all[index];
  if (comment === undefined) return undefined;
  if (comment.afterCode) return comment.line;
  let line = comment.endLine;
  for (const next of all.slice(index + 1)) {
    if (next.line > line + 1 || next.afterCode) break;
    line = next.endLine;
  }
  const last = all.findLast(({ endLine }) => endLine === line);
  const after = last === undefined ? '' : text.slice(last.end, endOfLine(text, last.end));
  // Code may follow a block comment on its own line: /* lockstep-ignore x */ DROP TABLE y;
  return after.trim() === '' ? line + 1 : line;
}

function hits(one: Placed, found: Finding): boolean {
  if (one.path !== found.path || !one.rules.flatMap(canonicalNames).includes(found.rule)) return false;
  if (one.wholeFile) return true;
  if (one.target === undefined) return false;
  const inside = one.statement && found.line >= one.statement.line && found.line <= one.statement.endLine;
  return inside === true || (found.line <= one.target && one.target <= found.endLine);
}

function reasonMissing({ path, line, wholeFile, rules }: Placed, rule: string): Finding {
  return finding('suppression-without-reason', {
    path,
    line,
    message: `${rule} blocks, and this comment does not say why it need not: it does not count.`,
    help: `-- lockstep-ignore${wholeFile ? '-file' : ''} ${rules.join(', ')} -- why this is safe here`,
  });
}

/** What a comment does not do. That the finding is not there is harmless; else its author believes in a release. */
function idle(
  { path, line, rules }: Placed,
  used: boolean,
  { otherRules, silentRules, mandatoryRules }: Required<SuppressionContext>,
): Finding[] {
  const report = (message: string, severity: 'warn' | 'info'): Finding =>
    finding('unused-suppression', { path, line, message, severity });
  if (rules.length === 0) return [report('This comment names no rule, so it suppresses nothing.', 'warn')];
  const known = [...ruleNames, ...otherRules];
  const names = rules.flatMap(canonicalNames);
  const unknown = names.filter((name) => !known.includes(name));
  const mandatory = names.filter((name) => isMandatory(name, mandatoryRules));
  const problems = [
    ...unknown.map((name) => report(`There is no rule '${name}'${didYouMean(name, known)}`, 'warn')),
    ...mandatory.map((name) => report(`${name} cannot be suppressed: ${reasonOf(name)}.`, 'warn')),
  ];
  // A rule that is off has nothing to say anywhere, and the comment may be meant for the editor's own Squawk.
  const heard = names.filter((name) => !silentRules.has(name));
  if (problems.length > 0 || used || heard.length === 0) return problems;
  return [report(`${heard.join(', ')}: there is no such finding here.`, 'info')];
}

function reasonOf(name: string): string {
  return ruleNamed(name)?.mandatory ? 'no database may see such a script' : 'what failed must never be green';
}
