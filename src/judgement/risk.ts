import type { Migration } from '../project/types.ts';
import type { Finding, MigrationReport, StatementReport } from '../report/model.ts';
import { enumerate } from './sql-words.ts';

/** How much care one migration asks for. docs/risk.md says the same in words. */

type Risk = NonNullable<MigrationReport['risk']>;
type Level = Risk['level'];

export interface RiskFacts {
  /** Those about this migration, released ones too. */
  readonly findings: readonly Pick<Finding, 'rule' | 'severity' | 'suppressed'>[];
  /** What its statements did; what was not traced is absent. */
  readonly statements: readonly Pick<StatementReport, 'locks' | 'rewrites' | 'scans' | 'creates'>[];
  readonly transaction: MigrationReport['transaction'];
  /** Data that it takes away for good, object by object. */
  readonly lost: readonly string[];
  /** What its author says. */
  readonly declared: Migration['directives']['risk'];
}

/**
 * high: an open finding that blocks; a table that is rewritten, or read as a whole, under a lock that stops its readers or
 * writers; data that is lost for good. medium: an open warning; what breaks running code, released or milder or not; no
 * transaction round it. low: the rest. The author's own word stands beside that: it can raise the level, and lowers nothing.
 */
export function risk(facts: RiskFacts): Risk {
  const high = [...openRules(facts, 'block', 'blocked by'), ...longLocks(facts), ...losses(facts)];
  const medium = [
    ...openRules(facts, 'warn', 'warned of by'),
    ...breakingChange(facts),
    ...(facts.transaction === 'none' ? ['runs outside a transaction'] : []),
  ];
  const computed: Level = high.length > 0 ? 'high' : medium.length > 0 ? 'medium' : 'low';
  const { declared } = facts;
  return {
    level: declared !== undefined && WEIGHT[declared.level] > WEIGHT[computed] ? declared.level : computed,
    reasons: [
      ...high,
      ...medium,
      ...(declared === undefined ? [] : [`declared ${declared.level}: ${declared.reason}`]),
    ],
  };
}

const WEIGHT: Readonly<Record<Level, number>> = { low: 0, medium: 1, high: 2 };

function openRules({ findings }: RiskFacts, severity: 'block' | 'warn', how: string): string[] {
  const open = findings.filter((one) => one.severity === severity && one.suppressed === undefined);
  return open.length === 0 ? [] : [`${how} ${enumerate([...new Set(open.map(({ rule }) => rule))])}`];
}

/** Rules about what the old code can no longer do: whoever releases one has not made the change harmless. */
const BREAKING: ReadonlySet<string> = new Set([
  'breaks-running-code',
  'adding-required-field',
  'ban-drop-column',
  'ban-drop-table',
  'renaming-column',
  'renaming-table',
]);

function breakingChange({ findings }: RiskFacts): string[] {
  const breaks = findings.some(
    ({ rule, severity, suppressed }) =>
      BREAKING.has(rule) && (suppressed !== undefined || severity !== 'info' || rule === 'breaks-running-code'),
  );
  return breaks ? ['takes away what code may still use'] : [];
}

function losses({ lost }: RiskFacts): string[] {
  return lost.length === 0 ? [] : [`loses ${enumerate(lost, 3)} for good`];
}

/** Locks are held until the end of the transaction: those of earlier statements count. */
function longLocks({ statements, transaction }: RiskFacts): string[] {
  const found = new Set<string>();
  const made = new Set<string>();
  for (const [at, { rewrites = [], scans = [], creates = [] }] of statements.entries()) {
    for (const name of creates) made.add(name);
    const holding = transaction === 'none' ? statements.slice(at, at + 1) : statements.slice(0, at + 1);
    const tell = (relation: string, what: string, unknown: string | undefined): void => {
      const waits = made.has(relation) ? undefined : waitsOn(relation, holding, unknown);
      if (waits !== undefined) found.add(`${what} ${relation} while ${waits} wait`);
    };
    // Nearly every rewrite keeps everybody out; of a scan that cannot be said.
    for (const relation of rewrites) tell(relation, 'rewrites', 'reads and writes');
    for (const relation of scans) if (!rewrites.includes(relation)) tell(relation, 'reads all of', undefined);
  }
  return [...found];
}

/** `unknown`: the answer when no lock on the relation was seen, since nobody looked. */
function waitsOn(
  relation: string,
  statements: RiskFacts['statements'],
  unknown: string | undefined,
): string | undefined {
  const traced = statements.some(({ locks }) => locks !== undefined);
  if (!traced) return unknown;
  const blocked = statements.flatMap(({ locks = [] }) =>
    locks.filter((lock) => lock.relation === relation).flatMap(({ blocks }) => blocks),
  );
  if (blocked.some((what) => /read|select/i.test(what))) return 'reads and writes';
  return blocked.some((what) => /write|insert|update|delete/i.test(what)) ? 'writes' : undefined;
}
