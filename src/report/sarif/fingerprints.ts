import type { Finding } from '../model.ts';
import { byPlace } from '../told.ts';

/**
 * What a result is recognised by in the next run, beside its rule and its file: the line that it is about, without its
 * number, and which of its like it is. So it stays the same when lines above it come and go. It is no hash: nothing in it
 * is secret, and a reader can tell why two results are taken for one.
 *
 * The key is our own. GitHub reads `primaryLocationLineHash` alone, which its upload action works out from the files;
 * against any other value under that name it warns once per result.
 */
export function fingerprints(findings: readonly Finding[]): ReadonlyMap<Finding, { readonly 'lockstep/v1': string }> {
  const seen = new Map<string, number>();
  // In the order of the files: how the results are sorted must not number them.
  const inOrder = [...findings].sort(byPlace);
  return new Map(
    inOrder.map((finding) => {
      const text = flagged(finding);
      const key = JSON.stringify([finding.rule, finding.path, text]);
      const occurrence = (seen.get(key) ?? 0) + 1;
      seen.set(key, occurrence);
      return [finding, { 'lockstep/v1': `${text}:${occurrence}` }];
    }),
  );
}

/** The line, as the excerpt has it; what has no line of its own is known by its message. */
function flagged({ excerpt, message }: Finding): string {
  const [line = ''] = excerpt?.split('\n', 1) ?? [];
  const text = line.replace(/^\d+ \| /, '').trim();
  return (text === '' ? message : text).replace(/\s+/g, ' ');
}
