import * as z from 'zod';
import { deploymentSchema } from './deployment/model.ts';
import { attemptSchema, heldLockSchema, historySchema, planSchema, targetSchema } from './target-model.ts';

/**
 * The report: what every command finds out, as a plain value that every surface renders. This file is the contract
 * (docs/report.schema.json is generated from it): extend it, never break it. What was not measured is absent, never empty.
 */

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();
/** Lines and columns are 1-based; columns count characters (UTF-16 units), as editors do. */
const position = z.int().positive();

const severitySchema = z.enum(['block', 'warn', 'info']);
const evidenceSchema = z.enum(['confirmed', 'refuted', 'unproven', 'trace-only']);
const findingSourceSchema = z.enum(['squawk', 'lockstep', 'rehearsal', 'history', 'policy']);

export const findingSchema = z.strictObject({
  rule: z.string().describe('Kebab-case name of the rule; docs/rules.md lists them.'),
  source: findingSourceSchema,
  severity: severitySchema,
  path: z.string().describe("Path of the file in the repository, with '/' separators."),
  line: position,
  endLine: position,
  column: position.optional(),
  statement: count.optional().describe('Index of the statement in the script, 0-based.'),
  title: z.string().optional().describe("The rule in words: 'An index is built while writes wait'."),
  message: z.string().describe('What is the case, in one or two sentences.'),
  help: z.string().describe('What to do now.'),
  docsUrl: z.string(),
  evidence: evidenceSchema,
  suppressed: z.strictObject({ reason: z.string() }).optional(),
  suggestion: z.string().optional().describe('SQL or YAML to paste.'),
  excerpt: z.string().optional().describe('The line with a caret below the place.'),
  relations: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('The tables that it is about: schema.name where the SQL names the schema, else the bare name.'),
  inDiff: z.boolean().optional().describe('Whether the place is on lines that this change adds or alters.'),
  impact: z
    .strictObject({
      blocks: z.enum(['writes', 'reads and writes']),
      relations: z
        .array(z.string())
        .min(1)
        .describe(
          'What it is blocked on: schema.name where the SQL names the schema, else the bare name as it stands there.',
        ),
    })
    .optional()
    .describe('What running code waits for while the statement runs.'),
});

/** An error of Postgres, of the parser or of Lockstep, placed in the file it came from. */
const sqlErrorSchema = z.strictObject({
  message: z.string(),
  sqlstate: z.string().length(5).optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  where: z.string().optional().describe("Postgres' context: the function or trigger it happened in."),
  path: z.string().optional(),
  line: position.optional(),
  column: position.optional(),
  excerpt: z.string().optional().describe('The line with a caret below the place.'),
  statement: count.optional(),
  ranBefore: z.string().optional().describe('What had run in the same script before, and what became of it.'),
  settle: z
    .literal(true)
    .optional()
    .describe('Nobody but a person can say how to go on: `lockstep resolve` takes the answer.'),
});

const lockSchema = z.strictObject({ relation: z.string(), mode: z.string(), blocks: z.array(z.string()) });

const OBJECTS =
  'Relations by name; others with their kind, as in "function public.total(integer)", where the server lets them be noted.';

const statementSchema = z.strictObject({
  index: count,
  line: position,
  endLine: position,
  sql: z.string(),
  durationMs: milliseconds,
  cpuMs: milliseconds.optional().describe('Computing time of the server process.'),
  locks: z
    .array(lockSchema)
    .optional()
    .describe(
      'That the statement takes on what is there before this deploy, and that are held until its transaction ends: of each relation the strongest. Absent: they were not seen.',
    ),
  rewrites: z.array(z.string()).optional().describe('Tables and indexes that are written into a new file.'),
  scans: z
    .array(z.string())
    .optional()
    .describe('Tables that Postgres reads from beginning to end, to check or to copy.'),
  writes: z.array(z.string()).optional().describe('Tables that rows may be written to.'),
  creates: z.array(z.string()).optional().describe(OBJECTS),
  drops: z.array(z.string()).optional().describe(OBJECTS),
  invalid: z.array(z.string()).optional().describe('Indexes that are left invalid.'),
});

const statusSchema = z.enum(['applied', 'pending', 'failed', 'partial', 'not-run']);
const changeSchema = z.enum(['added', 'modified', 'deleted', 'renamed', 'unchanged']);
const downStatusSchema = z.enum(['reversed', 'different', 'failed', 'missing', 'irreversible']);

const migrationSchema = z.strictObject({
  id: z.string(),
  path: z.string(),
  previousPath: z.string().optional().describe('Where a renamed migration was.'),
  change: changeSchema,
  transaction: z.enum(['single', 'none']).optional(),
  phase: z.enum(['expand', 'backfill', 'switch', 'contract']).optional(),
  why: z.string().optional(),
  risk: z.strictObject({ level: z.enum(['low', 'medium', 'high']), reasons: z.array(z.string()) }).optional(),
  status: statusSchema,
  up: z
    .strictObject({
      status: statusSchema,
      durationMs: milliseconds,
      error: sqlErrorSchema.optional(),
      statements: z.array(statementSchema),
      attempts: z.array(attemptSchema).optional().describe('Tries before this one that came to nothing.'),
    })
    .optional(),
  down: z
    .strictObject({
      status: downStatusSchema,
      durationMs: milliseconds.optional(),
      difference: z.array(z.string()).optional().describe('What the schema is after up and down, against before.'),
      losesData: z.array(z.string()).optional().describe('Data that running down would lose, object by object.'),
      statements: z.array(statementSchema).optional(),
      error: sqlErrorSchema.optional(),
    })
    .optional(),
  schemaDiff: z.array(z.string()).optional().describe('What this migration does to the schema, a line each.'),
});

const testRunSchema = z.strictObject({
  phase: z.string(),
  command: z.string(),
  exitCode: z.int().nullable().describe('null: ended by a signal or by the time limit.'),
  durationMs: milliseconds,
  timedOut: z.boolean().optional(),
  tail: z.string().optional().describe('The end of what the command printed.'),
});

const notAnalysedSchema = z.strictObject({
  path: z.string(),
  line: position.optional(),
  reason: z.string(),
});

const coverageSchema = z.strictObject({
  files: count.describe('Files of the change set that were looked at.'),
  statements: count,
  notAnalysed: z.array(notAnalysedSchema),
});

const rowsSchema = z
  .strictObject({
    filled: count.describe('Tables that got generic rows.'),
    kept: count.describe('Tables that had rows already: from the base history, or from `rehearsal.seed`.'),
    seed: z.literal(true).optional().describe("The project's own rows were brought (`rehearsal.seed`)."),
    notFilled: z
      .array(z.strictObject({ table: z.string(), reason: z.string() }))
      .describe('Tables without rows, since none could be made that fit.'),
    durationMs: milliseconds,
  })
  .describe('How the tables of the base schema were filled for the run on tables with rows.');

const resultSchema = z.enum([
  'passed',
  'blocked',
  'noop',
  'planned',
  'applied',
  'superseded',
  'partial',
  'failed',
  'busy',
  'refused',
  'error',
]);

export const schemaDiffSchema = z.strictObject({
  tables: z.array(
    z.strictObject({
      name: z.string().describe('schema.name of a table, or of another object.'),
      kind: z.string(),
      change: z.enum(['added', 'dropped', 'changed']),
      lines: z.array(z.string()).describe("One change each, prefixed with '+', '-' or '~'."),
    }),
  ),
});

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('lockstep'), version: z.string() }),
  command: z.string(),
  result: resultSchema,
  startedAt: z.iso.datetime(),
  durationMs: milliseconds,
  foreign: z
    .literal(true)
    .optional()
    .describe('Made by the own run of a pull request whose workflow it can change: nobody else has made sure of it.'),
  error: z
    .strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() })
    .optional()
    .describe('Why the question could not be answered; of an apply that ended early (cancelled, no lock), why.'),
  git: z
    .strictObject({
      repository: z.string().optional(),
      baseSha: z.string(),
      headSha: z.string().nullable().describe('null: the working tree.'),
      mergeBaseSha: z.string().optional(),
      pullRequest: z.int().positive().optional(),
      subject: z.string().optional().describe("The first line of the deployed commit's message."),
      author: z.string().optional(),
    })
    .optional(),
  database: z.string().optional().describe('Which of the databases in lockstep.yml.'),
  project: z.strictObject({ tool: z.string(), directory: z.string(), migrations: count }).optional(),
  target: targetSchema.optional(),
  history: historySchema.optional(),
  plan: planSchema.optional(),
  lock: heldLockSchema.optional(),
  log: z.string().optional().describe("The run's log file."),
  deployment: deploymentSchema.optional().describe('What has become of the deployment so far, this run included.'),
  deployCode: z.boolean().optional().describe('Of `notify`: whether the code may follow.'),
  rehearsal: z
    .strictObject({
      serverVersion: z.string(),
      versionAssumed: z
        .boolean()
        .optional()
        .describe('postgres_version is not set: the rehearsal took the newest major that Lockstep is tested with.'),
      server: z.string().describe('Where the server came from.'),
      baseMigrations: count,
      baseFromCache: z.boolean(),
      baseDurationMs: milliseconds,
      durationMs: milliseconds,
      rows: rowsSchema.optional(),
    })
    .optional(),
  migrations: z.array(migrationSchema),
  findings: z.array(findingSchema),
  tests: z.array(testRunSchema).optional(),
  schemaDiff: schemaDiffSchema.optional(),
  notices: z.array(z.string()).optional().describe('What the reader should know about this run itself.'),
  timings: z.record(z.string(), milliseconds).optional().describe('Where the time went: milliseconds by stage.'),
  coverage: coverageSchema,
});

export type Severity = z.infer<typeof severitySchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type FindingSource = z.infer<typeof findingSourceSchema>;
export type Impact = NonNullable<z.infer<typeof findingSchema>['impact']>;
export type Finding = z.infer<typeof findingSchema>;
export type SqlErrorReport = z.infer<typeof sqlErrorSchema>;
export type StatementReport = z.infer<typeof statementSchema>;
export type MigrationReport = z.infer<typeof migrationSchema>;
export type DownStatus = z.infer<typeof downStatusSchema>;
export type TestRun = z.infer<typeof testRunSchema>;
export type NotAnalysed = z.infer<typeof notAnalysedSchema>;
export type SchemaDiff = z.infer<typeof schemaDiffSchema>;
export type Result = z.infer<typeof resultSchema>;
export type Report = z.infer<typeof reportSchema>;
