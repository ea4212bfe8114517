import * as z from 'zod';

/** The part of the report's contract that is about a target: see model.ts. What was not looked at is absent, never empty. */

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();
const time = z.iso.datetime();

export const targetSchema = z.strictObject({
  environment: z.string(),
  database: z.string(),
  serverVersion: z.string(),
  address: z.string().optional().describe('user@host:port/database; never a password.'),
  role: z.string().optional().describe('Who the session runs as.'),
  pooler: z
    .enum(['none', 'session', 'transaction'])
    .optional()
    .describe('What stands between us and the server: nothing, or a pooler in this mode.'),
});

/** Another session on the server: one that holds the lock, that blocks a statement, or that would. */
const sessionSchema = z.strictObject({
  pid: z.int(),
  application: z.string().optional(),
  user: z.string().optional(),
  client: z.string().optional().describe('Its address.'),
  state: z.string().optional(),
  ageMs: milliseconds
    .optional()
    .describe('How old its transaction is; of the holder of the lock, how long it is connected.'),
  query: z.string().optional(),
  relations: z.array(z.string()).optional().describe('What it has locked of that which is wanted.'),
});

const gateSchema = z.strictObject({
  name: z
    .enum([
      'pooler',
      'baseline',
      'unfinished',
      'edited',
      'missing',
      'order',
      'statements',
      'approval',
      'standby',
      'checks',
    ])
    .describe('Which rule; docs/deploy.md explains each.'),
  open: z.boolean().describe('false: nothing may be applied.'),
  message: z.string(),
  details: z.array(z.string()).optional().describe('A line each: the migrations it is about.'),
  help: z.string().optional().describe('What to do now.'),
});

export const planSchema = z.strictObject({
  digest: z.string().describe('sha256 (hex) of the plan file; an approval is bound to it.'),
  tool: z.string(),
  history: z.string().describe("A fingerprint of the target's history, sha256 (hex)."),
  pending: z.array(
    z.strictObject({
      id: z.string(),
      checksum: z.string(),
      transaction: z.enum(['single', 'none']),
      statements: count,
      program: z.literal(true).optional().describe('Its tool runs it: what it sends shows when it runs.'),
      author: z.string().optional().describe('Who changed it last, by the history of the repository.'),
      pullRequest: z.int().positive().optional().describe('The pull request that brought it to the branch.'),
    }),
  ),
  gates: z.array(gateSchema),
  tables: z
    .array(
      z.strictObject({
        name: z.string(),
        rows: count.describe('As the server estimates it.'),
        bytes: count.describe('With its indexes.'),
      }),
    )
    .optional()
    .describe('Tables that the pending migrations touch and that are there.'),
  blockers: z
    .strictObject({
      visible: z.boolean().describe("false: the role may not see other users' transactions, so that nothing is known."),
      sessions: z.array(sessionSchema),
    })
    .optional()
    .describe('Long transactions that a pending migration would wait for now.'),
  invalidIndexes: z.array(z.string()).optional().describe('schema.name of indexes that a failed build has left.'),
});

export const historySchema = z.strictObject({
  relation: z.string().nullable().describe('The table that tells what is applied; null: there is none yet.'),
  applied: count,
  newest: z.string().optional().describe('The id of the newest applied migration, in the order of the tool.'),
  commit: z.string().optional().describe('The commit of the newest run that the ledger records.'),
  lastRun: z
    .strictObject({
      result: z.string().describe('As the ledger has it; running: at work now, or it died.'),
      startedAt: time,
      commit: z.string().optional(),
      error: z.string().optional(),
    })
    .optional()
    .describe('The newest run of `apply` that was not turned away.'),
  entries: z
    .array(
      z.strictObject({
        id: z.string(),
        status: z.enum(['applied', 'failed', 'partial']),
        how: z.enum(['applied', 'baseline', 'resolved', 'tool']).describe('tool: not by Lockstep.'),
        inRepository: z.boolean(),
        edited: z
          .enum(['cosmetic', 'meaning', 'unknown'])
          .optional()
          .describe("unknown: by the tool's own checksum, which does not tell what was edited."),
        appliedAt: time.optional(),
        durationMs: milliseconds.optional(),
        commit: z.string().optional(),
        pullRequest: z.int().positive().optional(),
        actor: z.string().optional(),
        runUrl: z.string().optional(),
        statementsDone: count.optional().describe('Of a partial one: how many statements are done.'),
        statements: count.optional(),
      }),
    )
    .optional(),
});

export const heldLockSchema = z.strictObject({
  key: z.string().describe('The key of the advisory lock, a signed 64-bit number.'),
  waitedMs: milliseconds.optional(),
  tool: z.string().optional().describe("Whose lock that is, when it is the migration tool's own and not Lockstep's."),
  skipped: z.boolean().optional().describe('on_busy: skip: another run does the work, and this one is no failure.'),
  holder: sessionSchema.optional().describe('Who holds it, or held it until the wait was over.'),
});

/** One try of a migration that came to nothing. */
export const attemptSchema = z.strictObject({
  startedAt: time,
  durationMs: milliseconds,
  sqlstate: z.string().length(5).optional(),
  message: z.string(),
  statement: count.optional(),
  blockers: z.array(sessionSchema).optional().describe('Who held what it waited for.'),
});

export type SessionReport = z.infer<typeof sessionSchema>;
export type Gate = z.infer<typeof gateSchema>;
export type PlanReport = z.infer<typeof planSchema>;
export type HistoryReport = z.infer<typeof historySchema>;
export type HistoryEntry = NonNullable<HistoryReport['entries']>[number];
export type Attempt = z.infer<typeof attemptSchema>;
export type TargetReport = z.infer<typeof targetSchema>;
