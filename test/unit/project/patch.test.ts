import { describe, expect, test } from 'vitest';
import { patchedLines } from '../../../src/project/patch.ts';

const patch = (...lines: readonly string[]) => patchedLines(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
const header = (name: string) => ['diff --git a/x b/x', 'index 1..2 100644', '--- a/x', `+++ ${name}`];

describe('the lines of a patch', () => {
  test.each<[string, readonly string[], { first: number; last: number }[]]>([
    ['one line altered', ['@@ -3 +3 @@', '-a', '+b'], [{ first: 3, last: 3 }]],
    ['lines added', ['@@ -3,0 +4,2 @@ CREATE TABLE', '+a', '+b'], [{ first: 4, last: 5 }]],
    ['lines taken out', ['@@ -3,2 +2,0 @@', '-a', '-b'], []],
    [
      'several places',
      ['@@ -1 +1,2 @@', '-a', '+b', '+c', '@@ -9,0 +11 @@', '+d'],
      [
        { first: 1, last: 2 },
        { first: 11, last: 11 },
      ],
    ],
    [
      'no newline at the end, before and after',
      ['@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+b', '\\ No newline at end of file'],
      [{ first: 1, last: 1 }],
    ],
    [
      'lines that look like headers',
      ['@@ -1,2 +1,3 @@', '--- a/x', '-@@ -1 +1 @@', '+++ b/other.sql', '+@@ -70 +70 @@', '+diff --git a/y b/y'],
      [{ first: 1, last: 3 }],
    ],
    ['lines of bytes that are no text', ['@@ -1 +1 @@', '-\x00\xff', '+\xfe\x00'], [{ first: 1, last: 1 }]],
  ])('%s', (_, hunks, expected) => {
    expect([...patch(...header('b/x'), ...hunks)]).toEqual([['x', expected]]);
  });

  test.each([
    ['b/with space\t', 'with space'],
    ['"b/gr\\303\\266\\303\\237e \\"x\\" \\\\ \\n\\t.sql"', 'größe "x" \\ \n\t.sql'],
    ['"b/a \\"b\\" c"\t', 'a "b" c'],
    ['"b/\\377.sql"', '\uFFFD.sql'],
  ])('belong to %s', (name, path) => {
    expect([...patch(...header(name), '@@ -1 +1 @@', '-a', '+b').keys()]).toEqual([path]);
  });

  test('of a file that was deleted are none of head’s', () => {
    expect(patch(...header('/dev/null'), '@@ -1,2 +0,0 @@', '-a', '-b').size).toBe(0);
  });

  test('are found behind lines of any length', () => {
    const long = 'x'.repeat(1_000_000);
    expect(patch(...header('b/x'), '@@ -1 +1 @@', `-${long}`, `+${long}`, '@@ -5 +5 @@', '-a', '+b').get('x')).toEqual([
      { first: 1, last: 1 },
      { first: 5, last: 5 },
    ]);
  });

  test('of no patch are none', () => {
    expect(patchedLines(Buffer.alloc(0)).size).toBe(0);
  });
});
