/** The offset of the line break at or after an offset; the text's length on its last line. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
