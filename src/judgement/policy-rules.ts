import type { RuleDescription } from './rules.ts';

/** What a change does to the settings that judge it. */
export const policyRules = {
  'policy-changed': {
    severity: 'warn',
    title: 'This change alters how changes are judged',
    why: "lockstep.yml or Squawk's configuration differs from the base branch's. This run was judged by the rules of the base branch, so that a change cannot switch off its own judge.",
    help: 'Review the change of the settings on its own; it takes effect once it is merged. `policy: head` (on the command line `--policy head`) shows what it would do.',
  },
  'migrations-left-behind': {
    severity: 'block',
    title: 'The migrations folder is changed, and migrations are left in the old one',
    why: 'What lies in the folder that the base branch uses would never run again, and nobody would look at it. It blocks when the change touches those files, and warns otherwise.',
    help: 'Move all migrations (git mv) or none. To adopt another folder, do it in a change of its own that touches no migration.',
  },
  'policy-added': {
    severity: 'warn',
    title: 'This change brings the first settings',
    why: 'The base branch has no such file, so the one of this change holds.',
    help: 'Review the settings: from the merge on they judge every change.',
  },
} as const satisfies Record<string, Omit<RuleDescription, 'name'>>;

export type PolicyRule = keyof typeof policyRules;
