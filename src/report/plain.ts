/**
 * What a terminal must not obey when it stands in SQL, in file names or in error messages: control characters (ESC
 * among them, so no colours, no cleared screens), and characters that turn or hide text (bidirectional overrides, line
 * separators, zero-width and tag characters), by which SQL can look like other SQL than Postgres reads.
 */
const DANGEROUS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Foreign text, safe to print. Each dangerous character becomes one '\ufffd', so that a caret still points right. */
export function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\t', ' ').replace(DANGEROUS, '\ufffd');
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plain(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
    .trim();
}
