import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fileSchema } from '../../src/settings/schema.ts';
import { readSources } from '../support/sources.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/troubleshooting.md', import.meta.url)), 'utf8');

/** The first argument of every `new LockstepError(...)`; where it is a name, the codes are the keys of the HINTS beside it. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/new LockstepError\(\s*(?:'([^']+)'|(\w+),)/g)].flatMap(([, code]) => {
    if (code !== undefined) return [code];
    const [, hints = ''] = /const HINTS = \{([\s\S]*?)\n\}/.exec(text) ?? [];
    return [...hints.matchAll(/^ {2}'([a-z-]+)':/gm)].flatMap(([, key]) => key ?? []);
  });
}

const codes = new Set(readSources().flatMap(({ code }) => codesIn(code)));
const documented = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].flatMap(([, code]) => code ?? []);

describe('docs/troubleshooting.md', () => {
  test('the sources have error codes, in kebab case', () => {
    expect(codes.size).toBeGreaterThan(40);
    expect([...codes].filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  });

  test('explains every error code, once', () => {
    expect([...codes].filter((code) => !documented.includes(code))).toEqual([]);
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });

  test('explains none that does not exist', () => {
    expect(documented.filter((code) => !codes.has(code))).toEqual([]);
  });

  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, yaml]) => yaml ?? []);
  test.each(examples.filter((yaml) => !yaml.includes('services:')))(
    'its lines are right for lockstep.yml: %s',
    (yaml) => {
      expect(fileSchema.safeParse(parse(yaml)).error).toBeUndefined();
    },
  );

  test('its table of contents leads to headings', () => {
    const headings = [...page.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
  });
});
