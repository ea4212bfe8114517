import { type Catalog, keyOf } from '../postgres/catalog/catalog.ts';
import type { Statement } from '../project/sql.ts';
import type { Phase } from '../project/types.ts';
import type { Finding, Severity } from '../report/model.ts';
import { ruleAddress } from '../repository.ts';
import { label } from './describe.ts';
import { hazardRules } from './hazard-rules.ts';
import { newHazards } from './hazards/news.ts';
import { staleStatements } from './running-code/cached-plans.ts';
import { SchemaChange } from './running-code/change.ts';
import { newConstraints } from './running-code/constraints.ts';
import type { Effect, Listed } from './running-code/effect.ts';
import { keptNames } from './running-code/kept-names.ts';
import { lostIndexes } from './running-code/lost-indexes.ts';
import { brokenNames } from './running-code/named-things.ts';
import { offsetOf, Placement } from './running-code/placement.ts';
import { brokenRelations, lostRights } from './running-code/relations.ts';
import { brokenRoutines } from './running-code/routines.ts';
import { brokenUpserts } from './running-code/unique-keys.ts';
import { refusedWrites } from './running-code/writes.ts';
import { runningCodeRules } from './running-code-rules.ts';
import { casualties } from './surprise/cascade.ts';

/** What the comparison of two schemas says about running code and about hazards. */

/** A finding that is not certain to be told yet. */
export interface SchemaFinding {
  readonly finding: Finding;
  /** It stands when the whole change set shows the same: see `ofWholeChange`. */
  readonly id: string;
  /** The rule of Squawk's that tells the same fact from the text alone: see joined.ts. */
  readonly squawk?: string;
  /** The identity of what is concerned. */
  readonly of?: string;
  /** It is milder than it would be, because the author says that no code needs what goes. */
  readonly vouched?: true;
  /** An item of a sentence that it shares with others. */
  readonly listed?: Listed;
  /** Nothing to tell, but Squawk's word at this place is wrong, for this reason. */
  readonly refuted?: string;
}

interface MigrationChange {
  /** Of the migration, in the repository. */
  readonly path: string;
  readonly phase: Phase | undefined;
  /** Of the script that ran between the two catalogs. */
  readonly statements: readonly Statement[];
  readonly before: Catalog;
  readonly after: Catalog;
  readonly searchPath: readonly string[];
}

/** Of one migration, laid to its statements, in their order. `loadParser` must have resolved. */
export function schemaFindings(change: MigrationChange): SchemaFinding[] {
  const { statements, before, after, searchPath } = change;
  const placement = new Placement(statements, before, searchPath);
  const effects = effectsOf(before, after);
  const mayBeTold = effects.some(({ blame }) => blame.target !== undefined);
  const told = new Set((mayBeTold ? casualties(statements, before, after, searchPath) : []).map(({ what }) => what));
  return effects
    .filter(({ blame: { target } }) => target === undefined || !told.has(label(target)))
    .map((effect) => ({ effect, statement: placement.find(effect.blame) }))
    .sort(
      (a, b) => inText(a.statement, a.effect) - inText(b.statement, b.effect) || (a.effect.id < b.effect.id ? -1 : 1),
    )
    .map(({ effect, statement }) => asFinding(effect, statement, change));
}

/** Where in the script its name stands. */
function inText(statement: Statement | undefined, { blame: { words } }: Effect): number {
  return statement === undefined ? 0 : statement.start + offsetOf(words[0]?.at(-1) ?? '', statement.sql);
}

/**
 * Those that are true of the change set as a whole: what one migration makes and the next one takes away again has never
 * met the running code, and an index may come in a migration of its own.
 */
export function ofWholeChange(found: readonly SchemaFinding[], base: Catalog, head: Catalog): SchemaFinding[] {
  if (found.length === 0) return [];
  const ids = new Set(effectsOf(base, head).map(({ id }) => id));
  const known = new Set(base.identities.values());
  return found.flatMap((one) => {
    if (ids.has(one.id)) return [one];
    const isOwn = one.squawk !== undefined && one.of !== undefined && !known.has(one.of);
    return isOwn
      ? [{ ...one, refuted: 'What it is about was made by this change set: no running code has met it.' }]
      : [];
  });
}

const known = new WeakMap<Catalog, WeakMap<Catalog, readonly Effect[]>>();

/** Looked for once for each pair: a change set of one migration is asked twice. */
function effectsOf(before: Catalog, after: Catalog): readonly Effect[] {
  const ofBefore = known.get(before) ?? new WeakMap<Catalog, readonly Effect[]>();
  const found = ofBefore.get(after) ?? findEffects(new SchemaChange(before, after));
  known.set(before, ofBefore.set(after, found));
  return found;
}

function findEffects(change: SchemaChange): readonly Effect[] {
  return [
    ...brokenRelations(change),
    ...lostRights(change),
    ...keptNames(change),
    ...brokenNames(change),
    ...brokenRoutines(change),
    ...brokenUpserts(change),
    ...lostIndexes(change),
    ...refusedWrites(change),
    ...newConstraints(change),
    ...staleStatements(change),
    ...newHazards(change),
  ];
}

const RULES = { ...runningCodeRules, ...hazardRules };
/** What an author who says `phase=contract` vouches for. */
const VOUCHED: ReadonlySet<string> = new Set(['breaks-running-code', 'narrows-writes']);
const MILDER: Readonly<Record<Severity, Severity>> = { block: 'warn', warn: 'info', info: 'info' };

function asFinding(
  { rule, severity, message, id, squawk, of, listed, refuted }: Effect,
  statement: Statement | undefined,
  { path, phase, before }: MigrationChange,
): SchemaFinding {
  const vouched = phase === 'contract' && VOUCHED.has(rule) && severity !== 'info';
  const { title, help } = RULES[rule];
  const { line = 1, endLine = 1, column, index } = statement ?? {};
  const finding: Finding = {
    rule,
    source: 'rehearsal',
    severity: vouched ? MILDER[severity] : severity,
    path,
    line,
    endLine,
    ...(column === undefined ? {} : { column }),
    ...(index === undefined ? {} : { statement: index }),
    title,
    message: vouched ? `${message} ${IN_CONTRACT}` : message,
    help,
    docsUrl: ruleAddress(rule),
    evidence: 'trace-only',
  };
  const identity = of && before.identities.get(keyOf(of));
  return {
    finding,
    id,
    ...(squawk === undefined ? {} : { squawk }),
    ...(vouched ? { vouched } : {}),
    ...(identity === undefined ? {} : { of: identity }),
    ...(listed === undefined ? {} : { listed }),
    ...(refuted === undefined ? {} : { refuted }),
  };
}

const IN_CONTRACT = 'Milder, because the migration says phase=contract: no code is to use it any more.';
