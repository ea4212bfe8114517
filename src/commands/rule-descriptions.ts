import { commandRules } from '../judgement/command-rules.ts';
import { hazardRules } from '../judgement/hazard-rules.ts';
import { policyRules } from '../judgement/policy-rules.ts';
import { rehearsalRules } from '../judgement/rehearsal-rules.ts';
import { schemaRules } from '../judgement/rules.ts';
import { runningCodeRules } from '../judgement/running-code-rules.ts';
import { traceRules } from '../judgement/trace-rules.ts';
import { rules as lintRules } from '../lint/catalogue.ts';
import type { RuleDescription } from '../report/rule-description.ts';
import { ruleAddress } from '../repository.ts';

/** Every rule that a finding can be of, but for those of a Squawk that we do not know. In the order of docs/rules.md. */
export function ruleDescriptions(): RuleDescription[] {
  const seen = Object.entries({
    ...rehearsalRules,
    ...commandRules,
    ...traceRules,
    ...schemaRules,
    ...runningCodeRules,
    ...hazardRules,
  });
  const judged = Object.entries(policyRules);
  return [
    ...lintRules,
    ...seen.map(([name, rule]) => ({ name, source: 'rehearsal' as const, ...rule })),
    ...judged.map(([name, rule]) => ({ name, source: 'policy' as const, ...rule })),
  ].map(({ name, source, severity, title, why, help }) => {
    return { name, source, severity, title, why, help, docsUrl: ruleAddress(name) };
  });
}
