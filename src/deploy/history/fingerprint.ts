import { createHash } from 'node:crypto';
import type { TargetHistory } from './read.ts';

/**
 * What a target has, as a hash: ids and checksums of what is applied. Neither host nor role are in it, which differ
 * between the URL that reads and the one that applies. `without`: ids that are left out, to see whether a history is
 * another one plus these.
 */
export function historyFingerprint({ ledger, tool }: TargetHistory, without: ReadonlySet<string> = new Set()): string {
  const checksums = new Map(ledger.entries.map(({ identity, checksum }) => [identity, checksum]));
  const applied = tool === undefined ? [...checksums.keys()] : tool.applied;
  const rows = [...new Set(applied)]
    .filter((identity) => !without.has(identity))
    .sort()
    .map((identity) => [identity, checksums.get(identity) ?? null]);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
