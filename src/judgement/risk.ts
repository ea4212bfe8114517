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
  const high = [...losses(facts), ...longLocks(facts), ...openRules(facts, 'block', 'blocked by ')];
  const medium = [
    ...openRules(facts, 'warn', 'warnings: '),
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
  return open.length === 0 ? [] : [`${how}${enumerate([...new Set(open.map(({ rule }) => rule))])}`];
}

/** Rules about what the old code can no longer do, by the reason: whoever releases one has not made the change harmless. */
const BREAKING: readonly (readonly [reason: string, rules: readonly string[]])[] = [
  [
    'takes away what code may still use',
    ['breaks-running-code', 'ban-drop-column', 'ban-drop-table', 'renaming-column', 'renaming-table'],
  ],
  ["running code's INSERTs fail", ['adding-required-field']],
];

function breakingChange({ findings }: RiskFacts): string[] {
  const counts = findings.filter(
    ({ rule, severity, suppressed }) =>
      suppressed !== undefined || severity !== 'info' || rule === 'breaks-running-code',
  );
  return BREAKING.flatMap(([reason, rules]) => (counts.some(({ rule }) => rules.includes(rule)) ? [reason] : []));
}

function losses({ lost }: RiskFacts): string[] {
  return lost.length === 0 ? [] : [`loses ${enumerate(lost, 3)} for good`];
}

/** Locks are held until the end of the transaction: those of earlier statements count. */
function longLocks({ statements, transaction }: RiskFacts): string[] {
  const found = new Set<string>();
  const made = new Set<string>();
  const held = new Map<string, Set<string>>();
  for (const { locks, rewrites = [], scans = [], creates = [] } of statements) {
    if (transaction === 'none') held.clear();
    for (const name of creates) made.add(name);
    for (const { relation, blocks } of locks ?? [])
      held.set(relation, new Set([...(held.get(relation) ?? []), ...blocks]));
    for (const relation of new Set([...rewrites, ...scans])) {
      const rewritten = rewrites.includes(relation);
      // Nearly every rewrite keeps everybody out; of a scan that cannot be said where nobody looked at the locks.
      const waits = locks !== undefined ? whoWaits(held.get(relation)) : rewritten ? 'reads and writes' : undefined;
      if (waits === undefined || made.has(relation)) continue;
      found.add(`${rewritten ? 'rewrites' : 'reads all of'} ${relation} while ${waits} wait`);
    }
  }
  return [...found];
}

/** undefined: neither readers nor writers. */
function whoWaits(blocked: ReadonlySet<string> = new Set()): string | undefined {
  const what = [...blocked].join(' ');
  if (/read|select/i.test(what)) return 'reads and writes';
  return /write|insert|update|delete/i.test(what) ? 'writes' : undefined;
}
