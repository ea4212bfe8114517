import { createHash } from 'node:crypto';
import * as z from 'zod';
import { LockstepError } from '../../errors.ts';

/**
 * The plan as a file: what an approval is bound to. It holds no SQL and no secret, and nothing that differs between the URL
 * that reads and the one that applies.
 */

const planFileSchema = z.strictObject({
  lockstep: z.literal('plan'),
  version: z.literal(1),
  environment: z.string(),
  /** The name of the database that the server knows. */
  database: z.string(),
  tool: z.string(),
  /** A fingerprint of the history that it was made on. */
  history: z.string().regex(/^[0-9a-f]{64}$/),
  pending: z.array(z.strictObject({ id: z.string(), checksum: z.string().regex(/^[0-9a-f]{64}$/) })),
});

export type PlanFile = z.infer<typeof planFileSchema>;

/** The file's text: the same plan gives the same bytes. */
export function planText(plan: Omit<PlanFile, 'lockstep' | 'version'>): string {
  const { environment, database, tool, history, pending } = plan;
  const ordered: PlanFile = {
    lockstep: 'plan',
    version: 1,
    environment,
    database,
    tool,
    history,
    pending: pending.map(({ id, checksum }) => ({ id, checksum })),
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** sha256 (hex) of the file's bytes. */
export function planDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reads an approved plan. Throws `plan-digest-different` and `plan-unreadable`. */
export function readPlan(text: string, digest: string, path: string): PlanFile {
  const found = planDigest(text);
  if (found !== digest) {
    throw new LockstepError(
      'plan-digest-different',
      `${path} is not the plan that was approved: its digest is ${found}, approved was ${digest}.`,
      {
        hint: 'Take the plan file and the digest from the same run of `lockstep plan`, or plan again and have that approved.',
      },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = planFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LockstepError('plan-unreadable', `${path} is no plan that this version of Lockstep understands.`, {
    hint: 'Write it anew with `lockstep plan --out FILE`, by the same version that applies it.',
  });
}
