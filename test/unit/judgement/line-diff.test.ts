import { expect, test } from 'vitest';
import { lineDiff } from '../../../src/judgement/line-diff.ts';

const shown = (before: string, after: string): string =>
  lineDiff(before, after)
    .map(({ sign, text }) => `${sign}${text}`)
    .join(' ');

test.each([
  ['the same', 'a\nb', 'a\nb', ''],
  ['white space at line ends and line breaks of another system', 'a \r\nb\t', 'a\nb', ''],
  ['a line put in', 'a\nc', 'a\nb\nc', '+b'],
  ['a line taken out', 'a\nb\nc', 'a\nc', '-b'],
  ['a line changed', 'a\nb\nc', 'a\nx\nc', '-b +x'],
  ['two places', 'a\nb\nc\nd\ne', 'a\nx\nc\ny\ne', '-b +x -d +y'],
  ['what both have stays', 'a\nb\nc\nd', 'b\nd\nb', '-a -c +b'],
])('a difference has changed lines only: %s', (_, before, after, expected) => {
  expect(shown(before, after)).toBe(expected);
});

test('a huge difference is told as removed and added, quickly', () => {
  const long = (word: string): string => Array.from({ length: 5000 }, (_, at) => `${word} ${at}`).join('\n');
  const started = performance.now();
  expect(lineDiff(long('old'), long('new'))).toHaveLength(10_000);
  expect(performance.now() - started).toBeLessThan(500);
});
