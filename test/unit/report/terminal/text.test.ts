import { describe, expect, it } from 'vitest';
import { plain, plainLine } from '../../../../src/report/terminal/plain.ts';
import { cut, duration, wrap } from '../../../../src/report/terminal/text.ts';

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
  ])('%d', (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });
});

describe('cut', () => {
  it('never splits a character', () => {
    expect(cut('ab👩c', 4)).toBe('ab…');
    expect(cut('abcd', 4)).toBe('abcd');
  });
});
