import type { RuleSetting } from '../settings/types.ts';
import { columnRules } from './catalogue/column-rules.ts';
import { dataRules } from './catalogue/data-rules.ts';
import type { RuleEntry } from './catalogue/entry.ts';
import { historyRules } from './catalogue/history-rules.ts';
import { indexRules } from './catalogue/index-rules.ts';
import { lockRules } from './catalogue/lock-rules.ts';
import { nameRules } from './catalogue/name-rules.ts';
import { scriptRules } from './catalogue/script-rules.ts';
import { securityRules } from './catalogue/security-rules.ts';
import { squawkCompatibilityRules } from './catalogue/squawk-compatibility.ts';
import { squawkLockRules } from './catalogue/squawk-locks.ts';
import { squawkStyleRules } from './catalogue/squawk-style.ts';

/** Every rule that lint knows: Squawk's and our own. docs/rules.md is generated from here. */

const squawkRules = { ...squawkLockRules, ...squawkCompatibilityRules, ...squawkStyleRules };
const hazardRules = { ...lockRules, ...columnRules, ...indexRules, ...dataRules, ...nameRules, ...securityRules };
const ownRules = { ...scriptRules, ...historyRules, ...hazardRules };

export type OwnRule = keyof typeof ownRules;

interface Rule extends RuleEntry {
  readonly name: string;
}

/** In the order of docs/rules.md: history, scripts, running systems, then Squawk's by weight. */
export const rules: readonly Rule[] = Object.entries<RuleEntry>({
  ...historyRules,
  ...scriptRules,
  ...hazardRules,
  ...squawkRules,
}).map(([name, entry]) => ({ name, ...entry }));

const byName: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.name, rule]));

/** The names that `lint.rules` in lockstep.yml may hold, apart from the rehearsal's. */
export const ruleNames: readonly string[] = rules.map((rule) => rule.name);

export const squawkRuleNames: ReadonlySet<string> = new Set(Object.keys(squawkRules));

/** What Squawk and its users also call them. */
const SQUAWK_ALIASES: Readonly<Record<string, readonly string[]>> = {
  'prefer-timestamptz': ['prefer-timestamp-tz'],
  'require-timeout-settings': ['require-lock-timeout', 'require-statement-timeout'],
};

/** The rules that a name stands for: itself, or what an old name of Squawk's means. */
export function canonicalNames(name: string): readonly string[] {
  return SQUAWK_ALIASES[name] ?? [name];
}

export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}

/** Whether a rule holds whatever settings and comments say. `others`: such rules of later stages. */
export function isMandatory(name: string, others: ReadonlySet<string> = new Set()): boolean {
  return others.has(name) || ruleNamed(name)?.mandatory === true;
}

/** Squawk's own page about one of its rules. */
export function squawkAddress(rule: string): string {
  // Its page kept the rule's old name.
  return `https://squawkhq.com/docs/${rule === 'prefer-timestamp-tz' ? 'prefer-timestamptz' : rule}`;
}

/** What a rule is worth under a policy. Mandatory rules keep their severity. */
export function settingOf(rule: Rule, settings: Readonly<Record<string, RuleSetting>>): RuleSetting {
  return rule.mandatory ? rule.severity : (settings[rule.name] ?? rule.severity);
}
