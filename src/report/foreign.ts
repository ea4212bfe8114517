import { type Report, reportSchema } from './model.ts';

/** The report of a run that is not ours to trust: a fork's. Its form is checked here, and all surfaces take its texts for texts. */

/** What a long report of a real change takes is a tenth of it. */
export const MOST_BYTES = 5_000_000;

const ANSWERS: ReadonlySet<Report['result']> = new Set(['passed', 'blocked', 'noop', 'error']);

type Foreign = { readonly report: Report } | { readonly problem: string };

/** A check's report; else why it is none, in words of ours alone. Never throws. */
export function readForeign(bytes: Buffer): Foreign {
  if (bytes.length > MOST_BYTES) return { problem: `it is larger than ${MOST_BYTES / 1_000_000} MB` };
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { problem: 'it is no JSON' };
  }
  const { data, error } = reportSchema.safeParse(json);
  if (data === undefined) {
    const [first] = error.issues;
    // The place in the report is somebody else's text where it names a key; its form is enough to go by.
    const place = (first?.path ?? []).filter((part) => typeof part === 'number' || /^\w{1,40}$/.test(String(part)));
    return { problem: `it is not what this version of Lockstep writes (at ${place.join('.') || 'its top'})` };
  }
  if (data.command !== 'check' || !ANSWERS.has(data.result)) return { problem: 'it is not the report of a check' };
  // Of a target or a deployment a check knows nothing: whoever says so speaks to those who tell of deployments.
  const { deployment, deployCode, target, history, plan, lock, log, ...report } = data;
  return { report: { ...report, foreign: true } };
}
