/** How much room the surfaces have. Measured in UTF-16 units ("characters") where it does not say bytes. */

/**
 * A comment on GitHub. It may have 65,536 characters; what GitHub counts, units or code points, does not matter for a
 * budget in units, which are never fewer. Three bytes a unit are the most that UTF-8 needs: 65,536 units also stay below
 * the 262,144 bytes that the database has room for.
 */
export const COMMENT = { most: 65_536, budget: 60_000 } as const;

/** The summary of a step on GitHub, in bytes: 1 MiB, beyond which the upload is aborted and nothing is shown. */
export const SUMMARY = { mostBytes: 1_048_576, budgetBytes: 1_000_000 } as const;

/**
 * Annotations of a step on GitHub, which keeps ten of a level and drops the others without a word. Two warnings are left to
 * the step itself: it says by one of them that the comment could not be written. `alike`: of one rule in one file, as long
 * as others wait.
 */
export const ANNOTATIONS = { error: 10, warning: 8, alike: 3, title: 200, message: 2_000 } as const;

/** Results of a run in SARIF: GitHub refuses a file with more, and shows 5,000 of them. */
export const SARIF = { results: 25_000, message: 1_000 } as const;

/**
 * A message in Slack, in characters as they are sent (`&` is five). Documented: a section's text, a `text` that may still be
 * updated, and 50 blocks, which the budget does not let come about. How much all blocks may hold together is not: Slack
 * refuses about 13,200 characters (`msg_blocks_too_long`), and fewer the more blocks there are, by some 125 each (measured in
 * slackapi/bolt-js#2509). Whether it counts what is not ASCII as one character or as its escape of six, nobody says; we count six.
 */
export const SLACK = {
  section: 3_000,
  text: 4_000,
  budget: 11_000,
  perBlock: 150,
  /** Of a single paragraph. */
  share: 6_000,
} as const;

/** The most of a text in a message in Slack, as it is sent; and how many names a line has. */
export const SLACK_TEXT = {
  name: 80,
  title: 160,
  message: 600,
  command: 400,
  names: 5,
} as const;

/** The most of a single foreign text, on every surface: what is longer is no longer read. */
export const TEXT = {
  /** Of an object or a migration; in a headline there is less room. */
  name: 120,
  nameInHeadline: 60,
  errorInHeadline: 200,
  path: 240,
  title: 160,
  /** Of a change of the schema, on the line of its migration. */
  change: 70,
  message: 1_000,
  reason: 300,
  excerpt: 300,
  help: 600,
  example: 3_000,
  line: 300,
  /** Of what tests print, the end. */
  tail: 6_000,
  sql: 6_000,
} as const;

/** How many of a kind a reader is shown before the rest is folded or counted. */
export interface Amounts {
  readonly migrations: number;
  /** Changes of the schema on a migration's own line. */
  readonly changesOfMigration: number;
  /** Data that its down would lose. */
  readonly lossesOfMigration: number;
  /** What its down leaves different. */
  readonly differencesOfMigration: number;
  readonly risksOfMigration: number;
  readonly locksOfMigration: number;
  /** Migrations whose locks are drawn. */
  readonly timelines: number;
  /** What waits for one lock. */
  readonly waitsOfLock: number;
  /** Rules that are broken, each with its places and how to do it safely. */
  readonly rules: number;
  /** With so many rules or fewer that block, what to do stands open. */
  readonly rulesUnfolded: number;
  readonly placesOfRule: number;
  /** Places on the line of a file, where findings are only listed. */
  readonly linesOfFile: number;
  readonly notAnalysed: number;
  readonly suppressed: number;
  readonly notices: number;
  /** Notes that are told one by one. */
  readonly notes: number;
  readonly schemaObjects: number;
  readonly schemaLinesOfObject: number;
  /** With so many lines or fewer the schema difference stands open. */
  readonly schemaLinesUnfolded: number;
  readonly statements: number;
  /** Of a section about a target. */
  readonly targetLines: number;
}

/** A reviewer has thirty seconds. */
export const COMMENT_AMOUNTS: Amounts = {
  migrations: 20,
  changesOfMigration: 2,
  lossesOfMigration: 0,
  differencesOfMigration: 4,
  risksOfMigration: 2,
  locksOfMigration: 2,
  timelines: 3,
  waitsOfLock: 3,
  rules: 8,
  rulesUnfolded: 2,
  placesOfRule: 5,
  linesOfFile: 20,
  notAnalysed: 10,
  suppressed: 10,
  notices: 10,
  notes: 10,
  schemaObjects: 30,
  schemaLinesOfObject: 30,
  schemaLinesUnfolded: 8,
  statements: 100,
  targetLines: 20,
};

/** Here is the rest of it. */
export const SUMMARY_AMOUNTS: Amounts = {
  migrations: 1_000,
  changesOfMigration: 4,
  lossesOfMigration: 4,
  differencesOfMigration: 20,
  risksOfMigration: 4,
  locksOfMigration: 4,
  timelines: 20,
  waitsOfLock: 3,
  rules: 100,
  rulesUnfolded: 100,
  placesOfRule: 50,
  linesOfFile: 1_000,
  notAnalysed: 1_000,
  suppressed: 1_000,
  notices: 100,
  notes: 200,
  schemaObjects: 1_000,
  schemaLinesOfObject: 200,
  schemaLinesUnfolded: 8,
  statements: 1_000,
  targetLines: 500,
};

/** What a page shows unfolded; nothing of a report is left out of it. */
export const HTML_AMOUNTS = {
  rulesToMend: 12,
  placesToMend: 5,
  migrations: 12,
  locks: 12,
  rules: { block: 25, warn: 12, info: 3, suppressed: 12 },
  placesOfRule: { block: 6, warn: 3, info: 2, suppressed: 6 },
  schemaObjects: 30,
  schemaLinesOfObject: 40,
  notAnalysed: 30,
} as const;
