import type { Migration, Project, RepoFile } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';
import type { NewFile } from './new-file.ts';

/** How one migration tool lays out its files. One file per tool, joined in detect.ts; its history: bookkeeping.ts. */
export interface Layout {
  readonly name: string;
  /** How the tool sorts versions: 2 before 10, or '10' before '2'. */
  readonly order: 'numeric' | 'lexical';
  /** Migrations name those before them: neither names nor numbers order them, and none comes too late. */
  readonly ordersByGraph?: true;
  /** How the tool orders migrations, as a sentence for the reader. */
  readonly orderNote: string;
  /** What the tool's checksum says about an edit of a migration that is applied already, comments included. */
  readonly checksumNote: string;
  /** What the tool's history knows a migration by: equal before and after, a renamed file does not run again. */
  identityOf(migration: Migration): string;
  /** The same as a sentence for the reader. */
  readonly identityNote: string;
  /** The tool's own history table, where migrations may read it; undefined: the tool keeps none in the database. */
  readonly historyTable?: HistoryTable;
  /** Files whose bytes it looks at besides those named *.sql, by their path below the migrations folder. */
  readonly alsoReads?: RegExp;
  /**
   * Which files show, by their path below the folder alone, that it holds migrations of this tool; without it, those named
   * *.sql that begin with a number.
   */
  readonly migrationPath?: RegExp;
  /** Values that the tool itself puts into the SQL, by the names of placeholders; those in the settings win. */
  ownPlaceholders?(database: DatabaseNames): Readonly<Record<string, string>>;
  /**
   * Whether the files of a migrations folder look like this tool's, by most of them. `files`: those that any layout reads;
   * `paths`: of all that lies there.
   */
  detect(directory: string, files: readonly RepoFile[], paths: readonly string[]): boolean;
  /** The migrations in the tool's order. `loadParser` must have resolved before, unless `upOnly`. Never throws for what a file holds. */
  read(directory: string, files: readonly RepoFile[], options: ReadOptions): Project;
  /** The tool's order. */
  compare(a: Migration, b: Migration): number;
  /** How to make a migration the last one, where it takes more than another name. */
  readonly moveLast?: string;
  /** The tool runs all that is pending in one transaction, where Lockstep gives each migration its own. */
  readonly oneTransaction?: true;
  /** A file's text with the tool's own marks; without it the statements are all that it takes. */
  fileOf?(file: NewFile): string;
  /** How a migration is marked that refuses a transaction, for the reader: 'with `...` at its top'; without it, as ALONE_NOTE says. */
  readonly aloneNote?: string;
  /** The tool sends a file so marked as one query, which takes a single statement. */
  readonly aloneIsOneQuery?: true;
  /** The path to give a file so that it sorts after the migration with the newest version. */
  nextName(newestVersion: string | undefined, path: string, now: Date): string;
}

/** What a tool may name in the SQL. */
export interface DatabaseNames {
  readonly name: string;
  /** The role of the tool's connection. */
  readonly owner: string;
}

export interface ReadOptions {
  /** Values for `:NAME` and `${NAME}`. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Of the database that the migrations are read for; asked for where the tool names it. */
  readonly database?: () => DatabaseNames;
  /** No down script is needed: one that stands in a comment is not looked for, and nothing is parsed. */
  readonly upOnly?: boolean;
}
