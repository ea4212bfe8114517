/** How wide text is on a terminal: most characters take one column, East Asian ones and emoji two, marks none. */

/**
 * First and last code points of what takes two columns: East Asian Width W and F, and emoji that are shown as such by
 * default (https://www.unicode.org/reports/tr11/). In blocks; the few narrow characters inside them are not worth a table.
 */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26d4, 0x26d4],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2ff],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f1e6, 0x1f1ff],
  [0x1f200, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Marks that sit on the character before, joiners and variation selectors. */
const NO_WIDTH = /^(?:\p{M}|[\u200c\u200d])$/u;

const ONE_COLUMN_EACH = /^[\u0020-\u02ff]*$/;

/** Made when a text needs it: that takes longer than most of what is printed. */
let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character: 'e' with its accent, a family of emoji. Never cut inside. */
function graphemes(text: string): string[] {
  if (ONE_COLUMN_EACH.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Columns that a line takes. */
export function columns(text: string): number {
  if (ONE_COLUMN_EACH.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);
}

/** Joined emoji are drawn as one, as wide as the widest of them; a selector asks for the wide form. */
function widthOf(grapheme: string): number {
  if (grapheme.includes('\ufe0f')) return 2;
  return Math.max(...[...grapheme].map(widthOfCharacter));
}

function widthOfCharacter(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return WIDE.some(([first, last]) => first <= code && code <= last) ? 2 : 1;
}

/** Filled up with spaces to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** As much of the beginning as fits. */
export function beginning(text: string, width: number): string {
  return fitting(graphemes(text), width).join('');
}

/** As much of the end as fits. */
export function ending(text: string, width: number): string {
  return fitting(graphemes(text).reverse(), width).reverse().join('');
}

function fitting(parts: readonly string[], width: number): string[] {
  let taken = 0;
  const end = parts.findIndex((part) => {
    taken += columns(part);
    return taken > width;
  });
  return parts.slice(0, end < 0 ? parts.length : end);
}
