import { isUtf8 } from 'node:buffer';
import { LineIndex } from './place.ts';
import type { Unreadable } from './types.ts';

/**
 * Bytes as SQL text: UTF-8, without a byte order mark. NUL bytes, UTF-16 and bytes that are no UTF-8 make a file
 * unreadable (Postgres would refuse them), with the place of the first such byte. Never throws.
 */
export function decode(bytes: Buffer): { readonly text: string; readonly unreadable?: Unreadable } {
  // The marks that editors on Windows write for "Unicode"; half of an ASCII text's bytes would be NUL.
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return { text: '', unreadable: { reason: 'utf-16', line: 1, column: 1 } };

  const body = bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? bytes.subarray(3) : bytes;
  const text = body.toString('utf8');
  const nul = text.indexOf('\0');
  if (nul >= 0) return { text: '', unreadable: { reason: 'nul-byte', ...new LineIndex(text).place(nul) } };
  if (!isUtf8(body)) {
    return { text: '', unreadable: { reason: 'not-utf8', ...new LineIndex(text).place(firstInvalid(body, text)) } };
  }
  return { text };
}

/** Where decoding put the first replacement character that does not stand in the bytes themselves. */
function firstInvalid(bytes: Buffer, text: string): number {
  const replacement = '\ufffd';
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf(replacement); at >= 0; at = text.indexOf(replacement, at + 1)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (bytes.toString('hex', byte, byte + 3) !== 'efbfbd') return at;
    byte += 3;
    from = at + 1;
  }
  return 0;
}
