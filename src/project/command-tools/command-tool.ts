/**
 * A tool that runs its migrations itself: they are written in its own language, so that Lockstep starts the tool's command
 * and reads its history. One file per tool, joined in tools.ts; layout-of.ts makes of it what all other stages know.
 */
export interface CommandTool {
  readonly name: string;
  /** As its makers write it. */
  readonly title: string;
  /** Files, relative to the project's root, any of which shows the tool. */
  readonly marks: readonly string[];
  /** Where its migrations are unless the settings tell; '.' is the whole project. */
  readonly places: readonly string[];
  /** Whether a file, relative to the migrations folder, can be a migration by its name. */
  isMigration(path: string): boolean;
  /** Whether a migration's text is one of this tool's, where a name alone does not tell. */
  readonly speaks: RegExp;
  /** undefined: the file is no migration after all (a helper, a base class). */
  read(path: string, text: string): ProgramFacts | undefined;
  readonly order: 'numeric' | 'lexical';
  /** Migrations name those before them. */
  readonly ordersByGraph?: true;
  readonly orderNote: string;
  readonly identityNote: string;
  readonly history: ToolTable | undefined;
  /** argv of its own commands; `paths`: which of the marks are there. */
  applyCommand(paths: readonly string[]): readonly string[] | undefined;
  /** The command that takes `undone`, the newest one, back. */
  rollbackCommand(paths: readonly string[], undone: ProgramFacts): readonly string[] | undefined;
  /** Variables that keep it from writing into the checkout, and the like. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it prints when a migration says that there is no way back. */
  readonly irreversible?: RegExp;
}

/** What a migration's file says about itself. */
export interface ProgramFacts {
  /** What the tool's history knows it by; also its id. */
  readonly id: string;
  readonly version: string;
  readonly name: string;
  /** Ids that must have run before, where the tool does not go by names alone. */
  readonly requires?: readonly string[] | undefined;
}

/** A tool's history table, and SQL that works on it as the tool would; `table` is its name as SQL has it. */
export interface ToolTable {
  /** schema.name, unless the settings tell. */
  readonly usual: string;
  create(table: string): string;
  readonly columns: readonly string[];
  readonly foreignColumns?: readonly string[];
  /** Bare names of tables that the tool makes in the same schema, given the history's own. */
  beside?(relation: string): readonly string[];
  select(table: string): string;
  /** Ids, given the rows and all that the project has. */
  applied(rows: readonly Readonly<Record<string, unknown>>[], known: readonly ProgramFacts[]): readonly string[];
  record(table: string, migration: ProgramFacts): string;
  forget(table: string, migration: ProgramFacts): string;
  /**
   * The one of `known` that a statement which the tool has sent writes into the table, by its values; without it, the one
   * whose id is among them.
   */
  recordedBy?: FoundBy;
  /** Likewise the one that a statement takes out of it; without it, as `recordedBy`. */
  takenOutBy?: FoundBy;
}

export type FoundBy = (values: readonly string[], known: readonly ProgramFacts[]) => ProgramFacts | undefined;
