import type { Catalog } from '../postgres/catalog/catalog.ts';
import type { Statement } from '../project/sql.ts';
import type { Finding, Severity } from '../report/model.ts';
import { ruleAddress } from '../repository.ts';
import { type SchemaRule, schemaRules } from './rules.ts';
import { enumerate, oneLine } from './sql-words.ts';
import { type Casualty, casualties } from './surprise/cascade.ts';
import { idleStatements } from './surprise/unchanged.ts';

interface SurprisesInput {
  /** Of the migration, in the repository. */
  readonly path: string;
  /** Of the script that ran between the two catalogs. */
  readonly statements: readonly Statement[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Where names without a schema are looked up; default: public. */
  readonly searchPath?: readonly string[];
}

/** Where what a script did to the schema is not what its statements say: one finding for each statement and rule. */
export function surprises({ path, statements, before, after, searchPath = ['public'] }: SurprisesInput): Finding[] {
  const found: Finding[] = [];
  for (const list of byStatementAndRule(casualties(statements, before, after, searchPath))) {
    // What is lost for good comes first: a long list is cut.
    const sorted = [...list].sort((a, b) => Number(b.severity === 'block') - Number(a.severity === 'block'));
    const { rule, statement, severity } = sorted[0] ?? list[0];
    const what = enumerate(sorted.map((one) => one.what));
    found.push(finding(rule, path, statement, lossMessage(rule, statement, what), severity));
  }
  for (const { statement, message, meant } of idleStatements(statements, before, after, searchPath)) {
    found.push(finding('named-but-unchanged', path, statement, message, 'warn', meant));
  }
  return found.sort((a, b) => a.line - b.line);
}

type Casualties = readonly [Casualty, ...Casualty[]];

function byStatementAndRule(list: readonly Casualty[]): Iterable<Casualties> {
  const groups = new Map<string, [Casualty, ...Casualty[]]>();
  for (const one of list) {
    const key = `${one.statement.index} ${one.rule}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  }
  return groups.values();
}

function lossMessage(rule: Casualty['rule'], statement: Statement, what: string): string {
  if (rule === 'dropped-by-cascade')
    return `${quoted(statement)} also drops ${what}, which no statement of this migration names.`;
  const place =
    statement.kind === 'DoStmt' ? 'a DO block' : statement.kind === 'CallStmt' ? 'a procedure' : 'a function';
  return `${quoted(statement)} drops ${what} inside ${place}, where no linter looks.`;
}

const QUOTED = 80;

function quoted({ sql }: Statement): string {
  const line = oneLine(sql);
  return `\`${line.length > QUOTED ? `${line.slice(0, QUOTED - 1)}…` : line}\``;
}

function finding(
  rule: SchemaRule,
  path: string,
  statement: Statement,
  message: string,
  severity: Severity,
  meant?: string,
): Finding {
  const { title, help } = schemaRules[rule];
  return {
    rule,
    source: 'rehearsal',
    severity,
    path,
    line: statement.line,
    endLine: statement.endLine,
    column: statement.column,
    statement: statement.index,
    title,
    message,
    help: meant === undefined ? help : `${help} Probably meant: ${meant}.`,
    docsUrl: ruleAddress(rule),
    evidence: 'confirmed',
  };
}
