import type { Finding, Report } from './model.ts';
import { count } from './words.ts';

/**
 * How a finding is known. undefined: the file, git or the rehearsal itself shows it, and there is no doubt; or it is one that
 * stops nobody.
 */
export function evidenceWords({
  source,
  evidence,
  severity,
}: Pick<Finding, 'source' | 'evidence' | 'severity'>): string | undefined {
  if (evidence === 'refuted') return 'refuted by the rehearsal';
  if (evidence === 'trace-only') return 'seen in the rehearsal alone';
  if (evidence === 'unproven') return severity === 'block' ? 'from the text alone' : undefined;
  return source === 'squawk' ? 'confirmed by the rehearsal' : undefined;
}

/** '3 alarms of lint refuted by the rehearsal'; undefined: none. */
export function silencedAlarms({ findings }: Pick<Report, 'findings'>): string | undefined {
  const refuted = findings.filter(({ evidence }) => evidence === 'refuted').length;
  return refuted === 0 ? undefined : `${count(refuted, 'alarm')} of lint refuted by the rehearsal`;
}
