import type { RuleDescription } from './rules.ts';

/** What the command of a tool that runs its migrations itself did in the rehearsal. */
export const commandRules = {
  'command-fails': {
    severity: 'block',
    title: "The migration tool's command fails on the base schema",
    why: "It ran in the rehearsal as the deploy will run it, on a database that holds the base branch's schema and history, and did not end well.",
    help: 'Its last lines are shown. When the program itself could not start, have the job install what it needs before Lockstep runs.',
  },
  'command-leaves-pending': {
    severity: 'block',
    title: 'The migration tool does not run a new migration',
    why: "Its command ended well, and the migration is not in the tool's history afterwards: the deploy would leave it out as well, silently.",
    help: "Look at the file's name and place, and at the tool's own list of pending migrations.",
  },
  'rollback-command-fails': {
    severity: 'block',
    title: "The migration tool's rollback fails",
    why: 'It was run right after the migration had been applied: a rollback would stop here, at the worst moment for it.',
    help: 'Mend the way back, or say in the migration that there is none, as the tool wants it.',
  },
  'capture-incomplete': {
    severity: 'warn',
    title: 'The SQL that was captured does not make what the command makes',
    why: 'Locks, rewrites and rules are judged by the SQL that the command sent. Run by itself it has made another schema, so that part of what the command does was not seen. A migration of which nothing at all was seen is blocked, and so is what is too much to be read to its end.',
    help: 'Review the migration itself at that place. On a service container (`rehearsal_url`) less is seen: leave it out, and Lockstep starts a server whose log it can read.',
  },
} as const satisfies Record<string, Omit<RuleDescription, 'name'>>;

export type CommandRule = keyof typeof commandRules;
