import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/services/line-splitter.ts';

const linesOf = (pieces: readonly string[], limit?: number): string[] => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), limit);
  for (const piece of pieces) splitter.add(piece);
  splitter.end();
  return lines;
};

test.each<[string, string[], string[]]>([
  ['lines in one piece', ['a\nb\n'], ['a', 'b']],
  ['a line in pieces', ['a', 'b', '\nc\n'], ['ab', 'c']],
  ['an end without a line break', ['a\nb'], ['a', 'b']],
  ['empty lines', ['\n\na\n'], ['', '', 'a']],
  ['\\r\\n', ['a\r\nb\r\n'], ['a', 'b']],
  ['\\r\\n across pieces', ['a\r', '\nb', '\r', '\n'], ['a', 'b']],
  ['a progress bar', ['1%\r2%\r', '3%\n'], ['1%', '2%', '3%']],
  ['empty pieces', ['a\r', '', '\nb\n'], ['a', 'b']],
  ['nothing', [], []],
])('%s', (_, pieces, expected) => {
  expect(linesOf(pieces)).toEqual(expected);
});

test('a line without end is cut, and the next one is whole again', () => {
  expect(linesOf(['x'.repeat(8), 'x'.repeat(8), '\nnext\n'], 10)).toEqual([`${'x'.repeat(10)}…`, 'next']);
  expect(linesOf(['x'.repeat(10), '\n'], 10)).toEqual(['x'.repeat(10)]);
});
