import type { IsSilent } from '../../lint/policy.ts';
import type { Statement } from '../../project/sql.ts';
import type { TracedRelation } from '../../rehearsal/trace/types.ts';
import type { Finding, Severity } from '../../report/model.ts';
import { ruleAddress } from '../../repository.ts';
import { enumerate } from '../sql-words.ts';
import { type TraceRule, traceRules } from '../trace-rules.ts';
import { claimOf, readsRows, stalls } from './claims.ts';
import { impactSeen } from './evidence.ts';
import { type HeldLock, runsOthers, type StatementFacts, stopsReaders, stopsSomebody } from './facts.ts';

interface AlarmInput {
  readonly path: string;
  readonly statements: readonly Statement[];
  readonly facts: readonly StatementFacts[];
  /** What lint says about the same script. */
  readonly linted: readonly Finding[];
  readonly isSilent: IsSilent;
}

/** What the trace shows that no finding of lint has said: hazards alone, since most migrations take some strong lock. */
export function alarms(input: AlarmInput): Finding[] {
  return [...input.facts.flatMap((facts) => ofStatement(facts, input)), ...severalTables(input)];
}

function ofStatement(facts: StatementFacts, { path, statements, linted, isSilent }: AlarmInput): Finding[] {
  // What the transaction does at its end belongs to no statement more than to the last.
  const statement = facts.statement === undefined ? statements.at(-1) : statements[facts.statement];
  if (statement === undefined || facts.seen === 'not') return [];
  const told = (rule: TraceRule, message: string, severity?: Severity): Finding =>
    found(rule, path, statement, message, facts, severity);
  const isTold = (rule: string): boolean =>
    linted.some((one) => one.rule === rule && one.statement === statement.index) ||
    isSilent(rule, path, namesOfAll(facts.truncates));
  const always = [
    ...facts.invalid.map(({ name }) => told('index-left-invalid', `${name} is there and not valid.`)),
    ...(facts.truncates.length > 0 && statement.kind !== 'TruncateStmt' && !isTold('ban-truncate')
      ? [told('rows-truncated', `It empties ${namesOf(facts.truncates)}.`)]
      : []),
  ];
  const earlier = facts.locks.filter((lock) => !lock.taken && stopsSomebody(lock));
  if (stalls.holds(facts)) {
    const isSaid =
      SAID_OF[statement.kind]?.some((rule) => isSilent(rule, path, slowTables(facts))) === true ||
      linted.some((one) => one.statement === statement.index && says(one, facts, statement));
    return isSaid || facts.statement === undefined ? always : [...always, stall(facts, earlier, told)];
  }
  const isHidden = runsOthers(statement.kind) && !isTold('lock-held-over-rows');
  if (facts.writes.length > 0 && earlier.length > 0 && isHidden) {
    return [
      ...always,
      told('writes-under-earlier-lock', `It writes to ${namesOf(facts.writes)} ${whileLocked(earlier)}.`),
    ];
  }
  return always;
}

/** Which rules of lint are there for a statement: one that is switched off does not come back under another name. */
const SAID_OF: Readonly<Record<string, readonly string[]>> = {
  IndexStmt: ['require-concurrent-index-creation', 'index-on-partitioned-table'],
  ReindexStmt: ['require-concurrent-reindex', 'blocking-reindex'],
  RefreshMatViewStmt: ['refreshing-view'],
  ClusterStmt: ['rewriting-table', 'prefer-repack'],
  VacuumStmt: ['rewriting-table', 'prefer-repack'],
};

/**
 * Whether a finding of lint tells of all that is slow. Of a statement that runs others it knows one of them: another's tables
 * it does not name.
 */
function says({ rule, relations, impact }: Finding, facts: StatementFacts, { kind }: Pick<Statement, 'kind'>): boolean {
  // All rows are read to find that none has a value: it fails at the first one.
  if (rule === 'adding-required-field') return !runsOthers(kind);
  const claim = claimOf(rule);
  if (claim !== stalls && claim !== readsRows) return false;
  const named = (relations ?? impact?.relations ?? []).map(bareName);
  // A rule about the rows of one table knows nothing of another.
  if (claim === stalls && (!runsOthers(kind) || named.length === 0)) return true;
  return slowTables(facts)
    .map(bareName)
    .every((name) => named.includes(name));
}

/** Those that are rewritten or read as a whole. */
function slowTables({ rewrites, scans }: StatementFacts): string[] {
  return namesOfAll([...rewrites, ...scans]);
}

/** As somebody may have written it: with or without its schema and quotes. */
function bareName(name: string): string {
  return name.replace(/^.*\.(?=[^.]+$)/, '').replaceAll('"', '');
}

function stall(
  facts: StatementFacts,
  earlier: readonly HeldLock[],
  told: (rule: TraceRule, message: string, severity?: Severity) => Finding,
): Finding {
  const isRewritten = facts.rewrites.length > 0;
  const slow = namesOf(isRewritten ? facts.rewrites : facts.scans);
  if (!facts.locks.some((lock) => lock.taken && stopsSomebody(lock))) {
    return told(
      'slow-under-earlier-lock',
      `It ${isRewritten ? 'rewrites' : 'reads all of'} ${slow} ${whileLocked(earlier)}.`,
      isRewritten ? 'block' : undefined,
    );
  }
  const rule = isRewritten ? 'rewrites-under-lock' : 'reads-under-lock';
  return told(rule, `It ${isRewritten ? 'rewrites' : 'reads all of'} ${slow}${lockText(facts)}.`);
}

function whileLocked(earlier: readonly HeldLock[]): string {
  const names = namesOf(earlier.map(({ relation }) => relation));
  return `while an earlier statement of this transaction keeps its lock on ${names}`;
}

/** Each by a statement of its own: what one statement locks together (a table and its partitions, a cascade) is its nature. */
function severalTables({ path, statements, facts }: AlarmInput): Finding[] {
  const locked = new Map<string, number>();
  for (const { statement, locks, drops } of facts) {
    if (statement === undefined) continue;
    const [first] = locks.filter(
      (lock) =>
        lock.taken &&
        lock.relation.kind === 'table' &&
        stopsReaders(lock) &&
        !drops.some(({ oid }) => oid === lock.relation.oid),
    );
    if (first !== undefined && !locked.has(first.relation.name)) locked.set(first.relation.name, statement);
  }
  const last = statements[[...locked.values()].at(-1) ?? -1];
  if (locked.size < SEVERAL || last === undefined) return [];
  const names = [...locked.keys()];
  return [
    found(
      'locks-several-tables',
      path,
      last,
      `${names.length} tables are locked against everybody until this transaction ends: ${enumerate(names)}.`,
      undefined,
    ),
  ];
}

const SEVERAL = 2;

function namesOf(relations: readonly TracedRelation[]): string {
  return enumerate(namesOfAll(relations));
}

function namesOfAll(relations: readonly TracedRelation[]): string[] {
  return [...new Set(relations.map(({ name, table }) => table ?? name))];
}

/** Who waits is what counts, more than the lock's name. */
function lockText(facts: StatementFacts): string {
  const impact = impactSeen(facts);
  return impact === undefined ? '' : ` under a lock that stops ${impact.blocks} of ${enumerate(impact.relations)}`;
}

function found(
  rule: TraceRule,
  path: string,
  { index, line, endLine, column }: Statement,
  message: string,
  facts: StatementFacts | undefined,
  severity: Severity = traceRules[rule].severity,
): Finding {
  const { title, help } = traceRules[rule];
  const impact = facts === undefined || !stalls.holds(facts) ? undefined : impactSeen(facts);
  return {
    rule,
    source: 'rehearsal',
    severity,
    path,
    line,
    endLine,
    column,
    statement: index,
    title,
    message,
    help,
    docsUrl: ruleAddress(rule),
    evidence: 'trace-only',
    ...(impact === undefined ? {} : { impact }),
  };
}
