import { createHash } from 'node:crypto';

/** Files as `graphile-migrate commit` writes them, chained: '000001.sql', '000002.sql' ... `names`: words behind the numbers. */
export function committedFiles(bodies: readonly string[], names: readonly string[] = []): Record<string, string> {
  let previous = '';
  return Object.fromEntries(
    bodies.map((body, index) => {
      const hash = `sha1:${createHash('sha1')
        .update(`${`${previous}\n${body.trim()}`.trim()}\n`)
        .digest('hex')}`;
      const text = `--! Previous: ${previous || '-'}\n--! Hash: ${hash}\n\n${body.trim()}\n`;
      previous = hash;
      const name = names[index];
      return [`${String(index + 1).padStart(6, '0')}${name === undefined ? '' : `-${name}`}.sql`, text];
    }),
  );
}
