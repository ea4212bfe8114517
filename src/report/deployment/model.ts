import * as z from 'zod';

/**
 * What has become of the deployment of one commit so far: a stage for each environment, then the code. It travels from job
 * to job as the output and input `deployment`, and the pull request's comment and the Slack message are rendered from it.
 * No SQL, no address of a database, no secret: a job output that holds a masked value is dropped by GitHub.
 */

const count = z.int().min(0);

/** Why a stage did not come to its end. */
const failureSchema = z.strictObject({
  /** One line. */
  message: z.string(),
  migration: z.string().optional(),
  path: z.string().optional(),
  line: count.optional(),
  statement: count.optional(),
  sqlstate: z.string().optional(),
  /** Who was in the way, in words. */
  blocker: z.string().optional(),
  /** Nobody but a person can say how to go on: `lockstep resolve`. */
  settle: z.literal(true).optional(),
});

export const STAGE_STATES = [
  'planned',
  'waiting',
  'applied',
  'noop',
  'superseded',
  'partial',
  'failed',
  'refused',
  'busy',
  'error',
  'rejected',
  'cancelled',
  'skipped',
] as const;

const stageSchema = z.strictObject({
  environment: z.string(),
  /** waiting: for approval; rejected: somebody said no, or nobody said anything in time; skipped: it never began. */
  state: z.enum(STAGE_STATES),
  at: z.iso.datetime(),
  durationMs: count.optional(),
  /** The job's or run's page. */
  url: z.string().optional(),
  /** In this stage; `pending` is what is left. */
  applied: count,
  pending: count,
  /** The first of them, by id. */
  migrations: z.array(z.string()),
  digest: z.string().optional(),
  /** waiting: nobody has read the database, so that nobody knows what is pending. */
  unread: z.literal(true).optional(),
  /** waiting: who may approve, as GitHub has it: 'grace', 'the team dba'. */
  approvers: z.array(z.string()).optional(),
  failure: failureSchema.optional(),
});

export const deploymentSchema = z.strictObject({
  v: z.literal(1),
  /** 'acme/shop' */
  repository: z.string(),
  commit: z.string(),
  /** The first line of the commit's message. */
  title: z.string().optional(),
  author: z.string().optional(),
  pullRequest: count.optional(),
  database: z.string().optional(),
  stages: z.array(stageSchema),
  /** How the deploy of the code ended, which Lockstep is told. */
  code: z
    .strictObject({
      state: z.enum(['deployed', 'failed', 'cancelled', 'skipped']),
      at: z.iso.datetime(),
      url: z.string().optional(),
    })
    .optional(),
  /** Where its Slack message is. */
  slack: z.strictObject({ channel: z.string(), ts: z.string() }).optional(),
});

export type Deployment = z.infer<typeof deploymentSchema>;
export type Stage = Deployment['stages'][number];
export type StageState = Stage['state'];
export type StageFailure = NonNullable<Stage['failure']>;
