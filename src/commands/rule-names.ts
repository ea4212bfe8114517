import { laterRules } from '../judgement/verdict.ts';
import { ruleNames } from '../lint/catalogue.ts';

/** The names that lockstep.yml may hold: of lint's rules, and of the stages after it. */
export const everyRuleName: readonly string[] = [...ruleNames, ...laterRules];
