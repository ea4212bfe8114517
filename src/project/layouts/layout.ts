import type { Migration, Project, RepoFile } from '../types.ts';

/** How one migration tool lays out its files and keeps its history. One file per tool, joined in detect.ts. */
export interface Layout {
  readonly name: string;
  /** How the tool sorts versions: 2 before 10, or '10' before '2'. */
  readonly order: 'numeric' | 'lexical';
  /** How the tool orders migrations, as a sentence for the reader. */
  readonly orderNote: string;
  /** What the tool's checksum says about an edit of a migration that is applied already, comments included. */
  readonly checksumNote: string;
  /** What the tool's history knows a migration by: equal before and after, a renamed file does not run again. */
  identityOf(migration: Migration): string;
  /** The same as a sentence for the reader. */
  readonly identityNote: string;
  /** The tool's own history table, where migrations may read it; undefined: the tool keeps none in the database. */
  readonly bookkeeping?: Bookkeeping;
  /** Whether the files of a migrations folder look like this tool's, by most of them. */
  detect(directory: string, files: readonly RepoFile[]): boolean;
  /** The migrations in the tool's order. `loadParser` must have resolved before, unless `upOnly`. Never throws for what a file holds. */
  read(directory: string, files: readonly RepoFile[], options: ReadOptions): Project;
  /** The tool's order. */
  compare(a: Migration, b: Migration): number;
  /** The path to give a file so that it sorts after the migration with the newest version. */
  nextName(newestVersion: string | undefined, path: string, now: Date): string;
}

export interface ReadOptions {
  /** Values for `:NAME` and `${NAME}`. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** No down script is needed: one that stands in a comment is not looked for, and nothing is parsed. */
  readonly upOnly?: boolean;
}

/** What a tool's history table says. */
export interface ToolHistory {
  /** By `identityOf`. */
  readonly applied: readonly string[];
  /** Begun and not finished, by the tool's own word for it: nobody knows how far it came. */
  readonly failed: readonly string[];
}

/** SQL that puts a tool's history table into a database as the tool itself would; safe for any migration's name. */
interface Bookkeeping {
  /** schema.name */
  readonly relation: string;
  readonly create: string;
  /** Columns that tell the tool's table from another tool's of the same name. */
  readonly columns: readonly string[];
  /** The query whose rows `history` understands. */
  readonly select: string;
  /** `known`: the migrations of the project, in the tool's order. */
  history(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): ToolHistory;
  /** To run after a migration's up script, in its transaction where it has one. */
  record(migration: Migration): string;
  /** To run after a migration's down script; `previous` is what stands before it in the tool's order. */
  forget?(migration: Migration, previous?: Migration): string;
}
