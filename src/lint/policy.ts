import type { Finding } from '../report/model.ts';
import { didYouMean } from '../settings/nearest.ts';
import type { Policy } from '../settings/types.ts';
import { ruleNamed, ruleNames, rules, settingOf, squawkRuleNames } from './catalogue.ts';
import { finding } from './finding.ts';

/** What `lint.rules` of lockstep.yml makes of findings. */

/** Severities as the policy wants them; findings of rules that it switches off are gone. */
export function judgedBy(policy: Policy, findings: readonly Finding[]): Finding[] {
  return findings.flatMap((found) => {
    const setting = ruleNamed(found.rule)?.mandatory ? undefined : policy.lint.rules[found.rule];
    if (setting === 'off') return [];
    return [setting === undefined ? found : { ...found, severity: setting }];
  });
}

/** The rules that cannot speak: comments that suppress them are not called idle. */
export function silentRulesOf(enabledSquawkRules: ReadonlySet<string>, policy: Policy): ReadonlySet<string> {
  const silent = rules.filter((rule) =>
    squawkRuleNames.has(rule.name) ? !enabledSquawkRules.has(rule.name) : settingOf(rule, policy.lint.rules) === 'off',
  );
  return new Set(silent.map(({ name }) => name));
}

/** Settings that have no effect. `otherRules`: names that later stages know. */
export function policyProblems(policy: Policy, otherRules: readonly string[]): Finding[] {
  const known = [...ruleNames, ...otherRules];
  return Object.entries(policy.lint.rules).flatMap(([name, setting]) => {
    const message = known.includes(name)
      ? mandatoryMessage(name, setting)
      : `lint.rules names '${name}', which is no rule${didYouMean(name, known)}`;
    return message === undefined ? [] : [finding('unknown-rule', { path: 'lockstep.yml', message })];
  });
}

function mandatoryMessage(name: string, setting: string): string | undefined {
  if (!ruleNamed(name)?.mandatory || setting === 'block') return undefined;
  return `lint.rules sets ${name} to ${setting}, but it always blocks: no database may see such a script.`;
}
