import type { Finding } from '../report/model.ts';
import type { Policy, RuleSetting } from '../settings/types.ts';
import { isMandatory, ruleNamed, rules, settingOf, squawkRuleNames } from './catalogue.ts';
import { finding } from './finding.ts';
import { exceptionsOf } from './overrides.ts';

/** What lockstep.yml makes of findings: `lint.rules`, `lint.overrides` and `tables`. */

/**
 * Severities as the policy wants them; findings of rules that it switches off are gone. `mandatoryRules`: those of later
 * stages that no policy may touch; lint's own are known here.
 */
export function judgedBy(
  policy: Policy,
  findings: readonly Finding[],
  mandatoryRules: ReadonlySet<string> = new Set(),
): Finding[] {
  const { severityOf, smallTables } = exceptionsOf(policy);
  return findings.flatMap((found) => {
    if (isMandatory(found.rule, mandatoryRules)) return [withoutMinorImpact(found)];
    const override = severityOf(found);
    const setting = override ?? settingFor(found, policy);
    if (setting === 'off') return [];
    // What the database has refuted no setting makes an alarm again.
    if (found.evidence === 'refuted') return [found];
    const small = override === undefined ? smallTables(found) : undefined;
    if (small !== undefined) return [withoutMinorImpact(ofSmallTable(found, small))];
    return [withoutMinorImpact(setting === undefined ? found : { ...found, severity: setting })];
  });
}

/** May be asked more than once of a finding. */
function ofSmallTable(found: Finding, tables: readonly string[]): Finding {
  const note = ` (A note, since lockstep.yml calls ${tables.join(', ')} small.)`;
  const message = found.message.endsWith(note) ? found.message : found.message + note;
  return { ...found, severity: 'info', message };
}

/** undefined: as the rule itself has it. */
function settingFor({ rule: name }: Finding, policy: Policy): RuleSetting | undefined {
  const rule = ruleNamed(name);
  // Of Squawk's rules that are off unless asked for, `.squawk.toml` may have asked.
  const unasked = rule?.severity === 'off' && rule.source !== 'squawk' ? 'off' : undefined;
  return policy.lint.rules[name] ?? unasked;
}

/** What a project takes for a note is not to be told first: the headline is made of what findings block. */
function withoutMinorImpact(found: Finding): Finding {
  if (found.impact === undefined || found.severity !== 'info') return found;
  const { impact: _, ...rest } = found;
  return rest;
}

/** The rules that cannot speak: comments that suppress them are not called idle. */
export function silentRulesOf(enabledSquawkRules: ReadonlySet<string>, policy: Policy): ReadonlySet<string> {
  const asked = new Set(
    policy.lint.overrides.flatMap(({ rules: names, severity }) => (severity === 'off' ? [] : names)),
  );
  const silent = rules.filter((rule) =>
    squawkRuleNames.has(rule.name)
      ? !enabledSquawkRules.has(rule.name)
      : settingOf(rule, policy.lint.rules) === 'off' && !asked.has(rule.name),
  );
  return new Set(silent.map(({ name }) => name));
}

/** Whether a rule has nothing to say of these tables in this file: no other stage is to say the same under another name. */
export type IsSilent = (rule: string, path: string, relations: readonly string[]) => boolean;

export function silence(policy: Policy, silentRules: ReadonlySet<string>): IsSilent {
  const { severityOf } = exceptionsOf(policy);
  return (rule, path, relations) =>
    silentRules.has(rule) || severityOf({ rule, path, relations: [...relations] }) === 'off';
}

/** Settings that have no effect. `mandatoryRules`: those of later stages that always block. */
export function policyProblems(policy: Policy, mandatoryRules: ReadonlySet<string> = new Set()): Finding[] {
  const overrides = policy.lint.overrides.flatMap(({ rules: names, severity }) =>
    names.map((name) => ['lint.overrides', name, severity] as const),
  );
  const everywhere = Object.entries(policy.lint.rules).map(([name, setting]) => ['lint.rules', name, setting] as const);
  return [...everywhere, ...overrides].flatMap(([key, name, setting]) => {
    if (setting === 'block' || !isMandatory(name, mandatoryRules)) return [];
    const message = `${key} sets ${name} to ${setting}, but it always blocks.`;
    return [finding('fixed-severity', { path: 'lockstep.yml', message })];
  });
}
