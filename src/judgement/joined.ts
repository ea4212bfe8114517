import type { IsSilent } from '../lint/policy.ts';
import type { Finding } from '../report/model.ts';
import { sentenceOf } from './running-code/effect.ts';
import type { SchemaFinding } from './schema-findings.ts';

/** What lint and the comparison of schemas say about one statement, each fact once. */

interface Joined {
  /** Lint's, with what the schemas have shown. */
  readonly linted: Finding[];
  /** What lint does not say. */
  readonly own: Finding[];
}

/**
 * Where a rule of lint tells a fact from the text, its finding stays, since settings and comments name that rule:
 * `confirmed`, with what was seen, and as mild as the migration's phase makes it; or `refuted`. `isSilent`: what the
 * project has switched off; the same fact is not told under another name.
 */
export function joinWithLint(linted: readonly Finding[], seen: readonly SchemaFinding[], isSilent: IsSilent): Joined {
  const carried = new Map<Finding, Finding>();
  const own: SchemaFinding[] = [];
  for (const [, facts] of byPlaceAndRule(seen)) {
    const [first] = facts;
    if (first === undefined) continue;
    const carriers = linted.filter((one) => carries(one, first));
    for (const [at, carrier] of carriers.entries()) {
      // As many as there are facts, and in the same order; else the first one tells all, and the others keep their words.
      const each = carriers.length === facts.length;
      const told = withSeen(carrier, each ? facts.slice(at, at + 1) : facts);
      carried.set(carrier, each || at === 0 ? told : { ...told, message: carrier.message });
    }
    const { path, relations = [] } = first.finding;
    if (carriers.length === 0 && !(first.squawk !== undefined && isSilent(first.squawk, path, relations)))
      own.push(...facts.filter((one) => one.refuted === undefined && !isSaidByOurs(one, linted)));
  }
  return { linted: linted.map((one) => carried.get(one) ?? one), own: toldTogether(own) };
}

/** Facts that a rule of lint may carry come together by statement, in the order of the text. */
function byPlaceAndRule(seen: readonly SchemaFinding[]): ReadonlyMap<string, readonly SchemaFinding[]> {
  const groups = new Map<string, SchemaFinding[]>();
  for (const [at, one] of seen.entries()) {
    const { path, statement, rule } = one.finding;
    const by = one.squawk ?? (rule === BREAKING ? rule : `${at}`);
    const key = `${path} ${statement} ${by}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

/** Our own rules that tell from the text what the schemas show as well: by the rule of the schemas. */
const SAID_BY: Readonly<Record<string, string>> = {
  'security-definer-search-path': 'security-definer-path',
  'row-security-without-policy': 'rows-hidden',
  'policy-not-in-force': 'rows-exposed',
  'granted-to-public': 'grant-to-all',
  'slows-queries': 'require-concurrent-index-deletion',
};

function isSaidByOurs({ finding: { rule, path, statement } }: SchemaFinding, linted: readonly Finding[]): boolean {
  const other = SAID_BY[rule];
  // What somebody has released there says nothing any more.
  return linted.some(
    (one) => one.rule === other && one.path === path && one.statement === statement && one.suppressed === undefined,
  );
}

const BREAKING = 'breaks-running-code';

/** Our own rules about names that code uses. */
const RENAMES: ReadonlySet<string> = new Set([
  'moving-to-schema',
  'renaming-enum-value',
  'renaming-schema',
  'renaming-sequence',
  'renaming-type',
  'renaming-view',
]);

function carries(linted: Finding, { squawk, finding }: SchemaFinding): boolean {
  const { rule, source, path, statement } = linted;
  if (path !== finding.path || statement !== finding.statement) return false;
  return source === 'squawk' ? rule === squawk : finding.rule === BREAKING && RENAMES.has(rule);
}

function withSeen(carrier: Finding, facts: readonly SchemaFinding[]): Finding {
  const standing = facts.filter(({ refuted }) => refuted === undefined);
  if (standing.length === 0) {
    const { impact: _, ...rest } = carrier;
    const message = facts.map(({ refuted }) => refuted).join(' ');
    return { ...rest, severity: 'info', evidence: 'refuted', message };
  }
  const severity = standing.every(({ vouched }) => vouched) ? milder(carrier) : carrier.severity;
  return {
    ...carrier,
    severity,
    evidence: 'confirmed',
    message: standing.map(({ finding }) => finding.message).join(' '),
  };
}

function milder({ severity }: Finding): Finding['severity'] {
  return severity === 'block' ? 'warn' : severity;
}

/** One finding for each statement, rule and severity; about `SELECT *` one for each migration. */
function toldTogether(facts: readonly SchemaFinding[]): Finding[] {
  const groups = new Map<string, SchemaFinding[]>();
  for (const one of facts) {
    const { path, statement, rule, severity } = one.finding;
    const key = [path, one.listed?.as === 'star' ? 'star' : statement, rule, severity].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first.finding, message: oncePerSentence(sentences(group)) }];
  });
}

function sentences(group: readonly SchemaFinding[]): readonly string[] {
  const lists = (['star', 'columns'] as const).flatMap((as) => {
    const items = new Set(group.flatMap(({ listed }) => (listed?.as === as ? listed.item : [])));
    return items.size === 0 ? [] : [sentenceOf(as, [...items].sort())];
  });
  const others = group.flatMap(({ listed, finding }) => (listed === undefined ? finding.message : []));
  return [...lists, ...others];
}

/** What several say alike stands behind what each says alone. */
function oncePerSentence(messages: readonly string[]): string {
  const all = messages.flatMap((message) => message.split(/(?<=\.) (?=[A-Z])/));
  const shared = all.filter((sentence, at) => all.indexOf(sentence) !== at);
  return [...new Set([...all.filter((sentence) => !shared.includes(sentence)), ...shared])].join(' ');
}
