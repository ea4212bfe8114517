import { WEIGHT } from '../lint/finding.ts';
import type { ChangeSet } from '../project/types.ts';
import { isOpen } from '../report/findings.ts';
import type { Finding } from '../report/model.ts';

/**
 * What a down script leaves is usually also what the second up stumbles over: one fact, one finding, worth what the worse of both is
 * worth. Only where both stand: what settings or a comment say of one of them holds for that one.
 */
export function onceOnTheWayBack({ changes }: ChangeSet, findings: readonly Finding[]): Finding[] {
  const gone = new Set<Finding>();
  const told = new Map<Finding, Finding>();
  for (const change of changes) {
    if (change.kind === 'deleted') continue;
    const { migration } = change;
    const open = (rule: string, path: string): Finding | undefined =>
      findings.find((one) => one.rule === rule && one.path === path && isOpen(one));
    const differs = open('down-differs', (migration.down ?? migration.up).path);
    const again = open('up-again-fails', migration.path);
    if (differs === undefined || again === undefined) continue;
    gone.add(again);
    const { severity } = WEIGHT[again.severity] < WEIGHT[differs.severity] ? again : differs;
    told.set(differs, { ...differs, severity, message: `${differs.message} ${again.message}` });
  }
  return findings.flatMap((one) => (gone.has(one) ? [] : [told.get(one) ?? one]));
}
