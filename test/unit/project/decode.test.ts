import { expect, test } from 'vitest';
import { decode } from '../../../src/project/decode.ts';

test.each([
  ['plain text', Buffer.from('SELECT 1;\n'), 'SELECT 1;\n'],
  ['a byte order mark is no text', Buffer.from('\ufeffSELECT 1;'), 'SELECT 1;'],
  ['a second one is', Buffer.from('\ufeff\ufeff'), '\ufeff'],
  ['letters and emoji of any length', Buffer.from('-- é € 😀'), '-- é € 😀'],
  ['a replacement character that stands in the file', Buffer.from('-- \ufffd'), '-- \ufffd'],
  ['CRLF stays', Buffer.from('a\r\nb'), 'a\r\nb'],
  ['an empty file', Buffer.alloc(0), ''],
])('%s', (_, bytes, text) => {
  expect(decode(bytes)).toEqual({ text });
});

test.each([
  ['a NUL byte', Buffer.from('a\nbc\0d'), { reason: 'nul-byte', line: 2, column: 3 }],
  ['Latin 1', Buffer.from('-- ä\n-- é', 'latin1'), { reason: 'not-utf8', line: 1, column: 4 }],
  [
    'a bad byte after good letters, an emoji and a true replacement character',
    Buffer.concat([Buffer.from('é😀\n\ufffd€ '), Buffer.from([0xff]), Buffer.from('x')]),
    { reason: 'not-utf8', line: 2, column: 4 },
  ],
  ['a letter cut off at the end', Buffer.from('ab€').subarray(0, 4), { reason: 'not-utf8', line: 1, column: 3 }],
  ['half a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), { reason: 'not-utf8', line: 1, column: 2 }],
  ['UTF-16, little end first', Buffer.from('\ufeffSELECT 1', 'utf16le'), { reason: 'utf-16', line: 1, column: 1 }],
  ['UTF-16, big end first', Buffer.from('\ufeffab', 'utf16le').swap16(), { reason: 'utf-16', line: 1, column: 1 }],
])('%s makes a file unreadable, at its place', (_, bytes, unreadable) => {
  expect(decode(bytes)).toEqual({ text: '', unreadable });
});
