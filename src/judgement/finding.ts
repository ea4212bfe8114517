import type { Observation as LintObservation } from '../lint/finding.ts';
import type { Finding, SqlErrorReport } from '../report/model.ts';
import { ruleAddress } from '../repository.ts';
import { type CommandRule, commandRules } from './command-rules.ts';
import { type PolicyRule, policyRules } from './policy-rules.ts';
import { type RehearsalRule, rehearsalRules } from './rehearsal-rules.ts';

/** What a finding of the rehearsal, or about the settings, says about its place and case; the rest is its rule's. */
type Observation = Omit<LintObservation, 'excerpt' | 'severity' | 'evidence'>;

/** A finding that the rehearsal or git itself has shown: confirmed. */
export function observed(rule: RehearsalRule | CommandRule | PolicyRule, seen: Observation): Finding {
  const { severity, title, help } = { ...rehearsalRules, ...commandRules, ...policyRules }[rule];
  const line = seen.line ?? 1;
  return {
    rule,
    source: rule in policyRules ? 'policy' : 'rehearsal',
    severity,
    path: seen.path,
    line,
    endLine: seen.endLine ?? line,
    ...(seen.column === undefined ? {} : { column: seen.column }),
    ...(seen.statement === undefined ? {} : { statement: seen.statement }),
    title,
    message: seen.message,
    help: seen.help ?? help,
    docsUrl: ruleAddress(rule),
    evidence: 'confirmed',
    ...(seen.suggestion === undefined ? {} : { suggestion: seen.suggestion }),
  };
}

/** The place of an SQL error, for `observed`. */
export function placeOf(
  error: SqlErrorReport,
  path: string,
): Pick<Observation, 'path' | 'line' | 'column' | 'statement'> {
  return { path: error.path ?? path, line: error.line, column: error.column, statement: error.statement };
}

/** An SQL error in one line: message, SQLSTATE, detail. Without a full stop, which Postgres sets after some details. */
export function inOneLine(error: SqlErrorReport): string {
  const state = error.sqlstate ? ` (SQLSTATE ${error.sqlstate})` : '';
  // A detail may be a list, an object a line.
  const detail = error.detail ? `; ${error.detail.trim().replace(/\s*\n\s*/g, ', ')}` : '';
  return `${error.message}${state}${detail}`.replace(/\.\s*$/, '');
}
