import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
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

/** Codes that are not thrown where they are written: causes in a table, and what an outcome says of its end. */
function codesInTables(text: string): string[] {
  return [...text.matchAll(/\bcode: '([a-z]+(?:-[a-z]+)+)'/g)].flatMap(([, code]) => code ?? []);
}

const codes = new Set(readSources().flatMap(({ code }) => [...codesIn(code), ...codesInTables(code)]));
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

  test('quotes only what is printed', () => {
    const step = readFileSync(fileURLToPath(new URL('../../scripts/docs/action-step.sh', import.meta.url)), 'utf8');
    const texts = [step, ...readSources().map(({ code }) => code)];
    const quoted = [...page.matchAll(/“([^”]*)”/g)].flatMap(([, words]) => words ?? []);
    const parts = (words: string): string[] => words.split('…').map((part) => part.trim());
    expect(quoted.length).toBeGreaterThanOrEqual(5);
    // '…' stands for what differs from run to run; the rest is one message, in one place.
    expect(quoted.filter((words) => !texts.some((text) => parts(words).every((part) => text.includes(part))))).toEqual(
      [],
    );
    // Printed words are quoted in this way alone, so that none escapes the look.
    expect(page.replace(/`[^`]*`|```[\s\S]*?```/g, '')).not.toMatch(/"/);
  });

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
