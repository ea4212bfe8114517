import { extname } from 'node:path/posix';
import type { Finding } from '../report/model.ts';

/** How a comment begins in the languages that migrations of tools are written in. */
const BEGINS: ReadonlyMap<string, string> = new Map([
  ...['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'].map((ending) => [ending, '//'] as const),
  ...['.rb', '.py'].map((ending) => [ending, '#'] as const),
]);

/** Advice to write a comment to Lockstep, in the language of the file that it is for: a program does not start with `--`. */
export function inItsLanguage(finding: Finding): Finding {
  const begins = BEGINS.get(extname(finding.path));
  return begins === undefined ? finding : { ...finding, help: finding.help.replace(/--(?= lockstep\b)/g, begins) };
}
