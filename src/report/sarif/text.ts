import { SARIF } from '../limits.ts';
import { plain } from '../plain.ts';
import { shorten } from '../shorten.ts';

/**
 * Foreign text as a SARIF message. `[text](address)` is a link in a plain message as well (SARIF 2.1.0, 3.11.6): text that
 * comes from SQL and file names makes none.
 */
export function message(...parts: readonly (string | undefined)[]): { readonly text: string } {
  const text = parts
    .map((part) => plain(part ?? '').trim())
    .filter((part) => part !== '')
    .join('\n\n')
    .replaceAll('](', '] (');
  return { text: shorten(text, SARIF.message) };
}

/** A file by its path in the repository. */
export function artifact(path: string): object {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}
