import type { Statement } from '../project/sql.ts';
import type { Evidence, Finding, Severity } from '../report/model.ts';
import { ruleAddress } from '../repository.ts';
import { type OwnRule, ruleNamed } from './catalogue.ts';

/** What a rule says; the rest of the finding comes from the catalogue. */
export interface Observation {
  readonly path: string;
  readonly line?: number | undefined;
  readonly endLine?: number | undefined;
  readonly column?: number | undefined;
  readonly statement?: number | undefined;
  readonly message: string;
  readonly help?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly excerpt?: string | undefined;
  /** Where this case is milder or worse than the rule in general. */
  readonly severity?: Severity | undefined;
  /** The tables that it is about, as the SQL names them: 'orders', 'sales.orders'. */
  readonly relations?: readonly string[] | undefined;
  /** Which of them running code waits for, where that is not all. */
  readonly waiting?: readonly string[] | undefined;
  /** 'confirmed' unless told: our own rules report what git and the parser show. */
  readonly evidence?: Evidence;
}

/** A finding of one of our own rules. */
export function finding(rule: OwnRule, seen: Observation): Finding {
  const entry = ruleNamed(rule);
  const line = seen.line ?? 1;
  const severity = seen.severity ?? severityOf(entry?.severity);
  const relations = [...new Set(seen.relations)];
  return {
    rule,
    source: entry?.source ?? 'lockstep',
    severity,
    path: seen.path,
    line,
    endLine: Math.max(line, seen.endLine ?? line),
    ...(seen.column === undefined ? {} : { column: seen.column }),
    ...(seen.statement === undefined ? {} : { statement: seen.statement }),
    ...(entry === undefined ? {} : { title: entry.title }),
    message: seen.message,
    help: seen.help ?? entry?.help ?? '',
    docsUrl: ruleAddress(rule),
    evidence: seen.evidence ?? 'confirmed',
    ...(seen.suggestion === undefined ? {} : { suggestion: seen.suggestion }),
    ...(seen.excerpt === undefined ? {} : { excerpt: seen.excerpt }),
    ...(relations.length === 0 ? {} : { relations }),
    ...(relations.length === 0 || entry?.blocks === undefined || severity === 'info'
      ? {}
      : { impact: { blocks: entry.blocks, relations: [...(seen.waiting ?? relations)] } }),
  };
}

/** A rule that is off unless somebody asks for it is worth a warning to whoever asked. */
export function severityOf(setting: Severity | 'off' | undefined): Severity {
  return setting === undefined || setting === 'off' ? 'warn' : setting;
}

/** The place of a statement, for `finding`. */
export function placeOf(
  path: string,
  statement: Statement,
): Pick<Observation, 'path' | 'line' | 'endLine' | 'column' | 'statement'> {
  const { line, endLine, column, index } = statement;
  return { path, line, endLine, column, statement: index };
}

/** The worse, the lower. */
export const WEIGHT: Readonly<Record<Severity, number>> = { block: 0, warn: 1, info: 2 };

/** The order in which findings are shown: by path, line, then the worst first. */
export function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || WEIGHT[a.severity] - WEIGHT[b.severity] || (a.rule < b.rule ? -1 : Number(a.rule > b.rule));
}
