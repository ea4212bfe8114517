import type { CommandName } from './types.ts';

/**
 * What there is to say of an option. The command line, the action's inputs, `help`, README's table and docs/inputs.md are
 * made from this. `database_url` here is the input of that name, `--database-url` on the command line and INPUT_DATABASE_URL in the
 * environment. Nothing heavy may be imported here: `--help` reads it.
 */
export interface Option {
  readonly name: string;
  /**
   * path: made absolute against the directory that `cwd` names. repository_path: relative to the repository's root.
   * ref: a branch, tag or commit; never read by git as an option.
   */
  readonly type: 'text' | 'path' | 'repository_path' | 'ref' | 'boolean' | 'integer' | 'choice' | 'duration' | 'digest';
  readonly choices?: readonly string[];
  /** The smallest integer. */
  readonly minimum?: number;
  readonly commands: 'all' | readonly CommandName[];
  /** On the command line it is a word of its own, not a flag: `lockstep resolve 007_orders --as applied`. */
  readonly positional?: true;
  /** Not an empty default, but an error when it is missing. */
  readonly required?: true;
  /** What stands for the value in help. A boolean has none. */
  readonly placeholder?: string;
  /** One sentence in the user's words. */
  readonly description: string;
  /** What holds without it, in words. */
  readonly default?: string;
  /** The key in lockstep.yml that it wins over. */
  readonly overrides?: string;
  /**
   * Never echoed, never handed to child processes. On the command line `--name-env VARIABLE` names the environment
   * variable that holds it, because a command line is visible to everybody on the machine.
   * masked: the runner of Actions is told to hide it too. stripped: from our own output alone, since it may hold a word
   * such as `postgres`, which the runner would then hide everywhere, and drop outputs for.
   */
  readonly secret?: 'masked' | 'stripped';
}

/** Commands that look at a target. */
export const ON_TARGET = ['plan', 'apply', 'status', 'verify', 'baseline', 'resolve'] as const;
export const WRITING = ['apply', 'baseline', 'resolve'] as const;
export const REHEARSING = ['check', 'verify', 'baseline'] as const;
/** Commands that are stages of a deployment, or tell of one. */
export const DEPLOYING = ['plan', 'apply', 'notify'] as const;
