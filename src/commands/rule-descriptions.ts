// Stub of the lead's, until the owner writes it.
import type { RuleDescription } from '../report/rule-description.ts';
export function ruleDescriptions(): RuleDescription[] {
  return [];
}
