import type { Layout } from '../project/layouts/layout.ts';
import type { Node, Statement } from '../project/sql.ts';
import type { ChangeSet, Execution, Migration, Script } from '../project/types.ts';
import type { Finding, NotAnalysed } from '../report/model.ts';
import type { Policy } from '../settings/types.ts';
import type { Past } from './past.ts';
import type { NewRelations } from './relations.ts';

/** What lint needs to know about the project's tool. */
export type LintLayout = Pick<
  Layout,
  | 'order'
  | 'ordersByGraph'
  | 'orderNote'
  | 'checksumNote'
  | 'identityOf'
  | 'identityNote'
  | 'compare'
  | 'nextName'
  | 'moveLast'
  | 'fileOf'
  | 'aloneIsOneQuery'
>;

export interface LintInput {
  readonly changeSet: ChangeSet;
  readonly policy: Policy;
  /** The text of Squawk's own configuration file, as of base; undefined: there is none. */
  readonly squawkConfig: string | undefined;
  /** The rehearsal's major: what Squawk's version-dependent rules go by. */
  readonly postgresMajor: number;
  /** Path of the Squawk program: `findSquawk`. */
  readonly squawkBinary: string;
  readonly layout: LintLayout;
  readonly now: Date;
  /** Names of rules of later stages, which settings and suppressions may name as well. */
  readonly otherRules: readonly string[];
  /** Which of them always block: neither a setting nor a comment may touch them. */
  readonly otherMandatory?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

export interface LintResult {
  /** By path, line and severity; suppressed ones are among them. */
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  /** Ids of migrations whose up script no database may see. */
  readonly refused: ReadonlySet<string>;
  /** Ids of migrations whose down script no database may see. */
  readonly refusedDown: ReadonlySet<string>;
  /** Rules that are switched off: for `applySuppressions`, when later stages have added their findings. */
  readonly silentRules: ReadonlySet<string>;
  /** Files that were looked at, and the statements in their scripts. */
  readonly files: number;
  readonly statements: number;
}

/** A script of the change set that lint looks at. */
export interface ExaminedScript {
  readonly migration: Migration;
  readonly half: 'up' | 'down';
  readonly script: Script;
  /** A new migration's up script: every rule applies. Otherwise only those that protect the databases it will meet. */
  readonly full: boolean;
  /** The script as it was before this change edited it. */
  readonly before?: Script;
}

/** A command that runs when a statement does: the statement itself, or one in the body of what it runs. */
export interface Command {
  readonly kind: string;
  readonly tree: Node;
  /** 1-based line in the file. */
  readonly line: number;
  /** 'the DO block', 'cleanup()'; undefined: the statement itself. */
  readonly inside: string | undefined;
  readonly statement: Statement;
  /** The query of the FOR loop that it stands in, as a node: it runs once for each row. */
  readonly over?: unknown;
  /** It stands in a loop of any kind. */
  readonly looped?: boolean | undefined;
}

/** A script that parses, with what rules ask about it. */
export interface ReadScript extends ExaminedScript {
  readonly statements: readonly Statement[];
  /** In the order of the statements; bodies of DO blocks and of called routines of the project included. */
  readonly commands: readonly Command[];
  readonly execution: Execution;
}

/** A new up script, with what rules about running systems ask: what is new, and what earlier migrations say. */
export interface HazardScript extends ReadScript {
  readonly made: NewRelations;
  readonly past: Past;
  /** The rehearsal's major version of Postgres. */
  readonly postgresMajor: number;
}

export interface RuleContext {
  readonly policy: Policy;
  readonly layout: LintLayout;
  readonly now: Date;
  /** Of all migrations on either side; undefined: there are none. */
  readonly newestVersion: string | undefined;
}
