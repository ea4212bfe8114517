/**
 * What a project's migrations are, read from git. Plain values: nothing here touches a database.
 *
 * One trick carries places through every stage: a script's `text` is the whole file with everything that does not belong
 * to the script blanked out (same length, same line breaks). A position in it is a position in the file.
 */

/** A file as it stands in git or in the working tree. Paths are relative to the repository's root, with '/'. */
export interface RepoFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Why a file could not be read as SQL text. `line` and `column` are 1-based. */
export interface Unreadable {
  readonly reason: 'nul-byte' | 'not-utf8' | 'utf-16';
  readonly line: number;
  readonly column: number;
}

/** One half of a migration. */
export interface Script {
  readonly path: string;
  /** The file's text, without a byte order mark, blanked outside this script. '' when the file is unreadable. */
  readonly text: string;
  readonly unreadable?: Unreadable;
  /**
   * sha256 (hex) of a file in another language than SQL, which only its tool can run: what it sends shows when it runs.
   * `text` is '' until a rehearsal has captured it.
   */
  readonly program?: string;
}

/**
 * How a script meets the server.
 * `transaction`: BEGIN, the statements one by one, COMMIT. `implicit`: the whole script as one simple query, which is a
 * transaction when it holds two statements or more and none when it holds one. `autocommit`: statement by statement.
 */
export type Execution = 'transaction' | 'implicit' | 'autocommit';

export type Phase = 'expand' | 'backfill' | 'switch' | 'contract';

/** What `-- lockstep: ...` comments (and other tools' markers, where their files are read) say. */
export interface Directives {
  readonly noTransaction: boolean;
  /** `path`: where it stands, when that is not the up script's file. */
  readonly irreversible?: { readonly reason: string; readonly line: number; readonly path?: string };
  /** It may run although migrations that sort after it are applied. */
  readonly outOfOrder?: { readonly reason: string };
  readonly phase?: Phase;
  readonly why?: string;
  readonly risk?: { readonly level: 'low' | 'medium' | 'high'; readonly reason: string };
  /** Directives that could not be understood, to be told as findings. `path` as in `irreversible`. */
  readonly problems: readonly { readonly line: number; readonly message: string; readonly path?: string }[];
}

/** What keeps a file from being run as it is written. Lines are 1-based. */
export interface SectionProblem {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly message: string;
  /** What to do, where the tool refuses the file for another reason than how it is divided. */
  readonly help?: string;
}

export interface Migration {
  /** Unique within the project and stable: what the history records. */
  readonly id: string;
  /** The part of the name that orders it: '007', '20240101120000'. */
  readonly version: string;
  readonly name: string;
  /** The file that holds the up script. */
  readonly path: string;
  readonly up: Script;
  readonly down: Script | undefined;
  /** sha256 (hex) of the up file's bytes. */
  readonly checksum: string;
  /** What else the tool goes by, as its layout works it out: its own checksum, a time of its journal. */
  readonly toolFacts?: Readonly<Record<string, string>>;
  /** It runs again whenever it has changed, after all others: no part of the order, and no edit of history. */
  readonly repeatable?: true;
  readonly execution: Execution;
  /** The tool opens the transaction whatever the script holds: nothing is inferred from its statements. */
  readonly alwaysWrapped?: true;
  /** The tool sends what refuses a transaction apart from the rest of the file, which is committed before and after it. */
  readonly sendsApart?: true;
  /** How the down script meets the server, when that differs from `execution` (a twin file with its own marker). */
  readonly downExecution?: Execution | undefined;
  readonly directives: Directives;
  /** Code that the layout put into neither script, and files that the tool refuses; absent where there is none. */
  readonly sectionProblems?: readonly SectionProblem[] | undefined;
}

/** A file in the migrations folder that the tool will not run, and that looks as if somebody expects it to. */
export interface IgnoredFile {
  readonly path: string;
  readonly reason: string;
  /** How to name it so that it runs. */
  readonly suggestion?: string;
  /** sha256 (hex) of its bytes; absent for what is no file (a symbolic link, a submodule). */
  readonly checksum?: string;
}

/** What a commit (or the working tree) holds. */
export interface Project {
  readonly tool: string;
  readonly directory: string;
  /** In the order in which the tool applies them. */
  readonly migrations: readonly Migration[];
  readonly ignored: readonly IgnoredFile[];
}

export type Change =
  | { readonly kind: 'added'; readonly migration: Migration }
  | { readonly kind: 'modified'; readonly migration: Migration; readonly before: Migration; readonly edit: Edit }
  | {
      readonly kind: 'renamed';
      readonly migration: Migration;
      readonly before: Migration;
      readonly edit: Edit | 'none';
    }
  | { readonly kind: 'deleted'; readonly before: Migration };

/** `cosmetic`: comments and white space only, the parse tree is the same. `down`: only the down script changed. */
export type Edit = 'cosmetic' | 'down' | 'meaning';

export interface ChangeSet {
  readonly tool: string;
  readonly directory: string;
  /** What the rehearsal starts from: the base branch's tip, in order. */
  readonly base: Project;
  /** What stands at head, in order. */
  readonly head: Project;
  /** In head's order; deleted ones last. Migrations that stand at the tip already (same path and bytes) are not in it. */
  readonly changes: readonly Change[];
  /** Files that would be ignored and that this change set adds or modifies. */
  readonly ignored: readonly IgnoredFile[];
}
