import type { Finding } from '../report/model.ts';
import type { Policy, RuleSetting } from '../settings/types.ts';
import { isMandatory, ruleNamed, rules, settingOf, squawkRuleNames } from './catalogue.ts';
import { finding } from './finding.ts';

/** What `lint.rules` of lockstep.yml makes of findings. */

/**
 * Severities as the policy wants them; findings of rules that it switches off are gone. `mandatoryRules`: those of later
 * stages that no policy may touch; lint's own are known here.
 */
export function judgedBy(
  policy: Policy,
  findings: readonly Finding[],
  mandatoryRules: ReadonlySet<string> = new Set(),
): Finding[] {
  return findings.flatMap((found) => {
    const setting = isMandatory(found.rule, mandatoryRules) ? undefined : settingFor(found, policy);
    if (setting === 'off') return [];
    return [withoutMinorImpact(setting === undefined ? found : { ...found, severity: setting })];
  });
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
  const silent = rules.filter((rule) =>
    squawkRuleNames.has(rule.name) ? !enabledSquawkRules.has(rule.name) : settingOf(rule, policy.lint.rules) === 'off',
  );
  return new Set(silent.map(({ name }) => name));
}

/** Settings that have no effect. `mandatoryRules`: those of later stages that always block. */
export function policyProblems(policy: Policy, mandatoryRules: ReadonlySet<string> = new Set()): Finding[] {
  return Object.entries(policy.lint.rules).flatMap(([name, setting]) => {
    if (setting === 'block' || !isMandatory(name, mandatoryRules)) return [];
    const message = `lint.rules sets ${name} to ${setting}, but it always blocks.`;
    return [finding('fixed-severity', { path: 'lockstep.yml', message })];
  });
}
