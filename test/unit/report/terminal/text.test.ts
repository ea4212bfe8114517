import { describe, expect, it } from 'vitest';
import { plain, plainLine } from '../../../../src/report/plain.ts';
import { columns } from '../../../../src/report/terminal/columns.ts';
import { cut, cutInside, wrap } from '../../../../src/report/terminal/text.ts';
import { duration } from '../../../../src/report/words.ts';

describe('plain', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
    ['a\u202eb\u2069', 'a\ufffdb\ufffd'],
    ['a\r\nb\tc', 'a\nb c'],
    ['a\rb', 'a\ufffdb'],
    ['\u{e0041}', '\ufffd'],
    ['größe 表 👩‍💻', 'größe 表 👩‍💻'],
  ])('%j', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('keeps to one line where one line is wanted', () => {
    expect(plainLine(' a\n  b \r\n c ')).toBe('a b c');
  });
});

describe('wrap', () => {
  it.each([
    ['one two three four five six', 20, ['one two three four', 'five six']],
    ['first\n  indented text that is long', 20, ['first', '  indented text that', '  is long']],
    [`a ${'x'.repeat(30)} b`, 20, ['a', 'x'.repeat(30), 'b']],
    ['', 20, ['']],
  ])('%j', (text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected);
  });
});

describe('duration', () => {
  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [1_904, '1.9 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_700, '1 h'],
    [7_800_000, '2 h 10 min'],
    [270_000_000, '3 d 3 h'],
  ])('%d', (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });
});

describe('cut', () => {
  it.each([
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'abc…'],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['漢字漢字', 6, '漢字…'],
    ['ab👩c', 4, 'ab…'],
    ['abe\u0301f', 4, 'abe\u0301f'],
  ])('%j in %i columns', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  it.each([
    ['base schema: 12 migrations', 26, 'base schema: 12 migrations'],
    ['base schema: 12 migrations', 15, 'base sc…rations'],
    ['漢字漢字漢字', 7, '漢字…字'],
  ])('%j in %i columns, inside', (text, width, expected) => {
    expect(cutInside(text, width)).toBe(expected);
  });
});

describe('columns', () => {
  it.each([
    ['abc', 3],
    ['größe', 5],
    ['漢字', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['🙂', 2],
    ['👩‍💻', 2],
    ['👍🏽', 2],
    ['🇫🇷', 2],
    ['❤️', 2],
    ['e\u0301', 1],
    ['✓ … — →', 7],
    ['\ufffd', 1],
    ['', 0],
  ])('%j: %i', (text, width) => {
    expect(columns(text)).toBe(width);
  });
});
