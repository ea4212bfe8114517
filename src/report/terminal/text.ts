import { beginning, columns, ending } from './columns.ts';

/** Small shapers of text for a terminal. Widths are in columns. */

/** Breaks text into lines of a width, keeping its own line breaks and indents. Words that are longer stay whole. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(20, width)));
}

function wrapLine(line: string, width: number): string[] {
  if (columns(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.trimStart().split(' ')) {
    const longer = current === '' ? indent + word : `${current} ${word}`;
    if (current !== '' && columns(longer) > width) {
      lines.push(current);
      current = indent + word;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}

/** Cut to a width with an ellipsis. */
export function cut(text: string, width: number): string {
  return columns(text) <= width ? text : `${beginning(text, width - 1)}…`;
}

/** Cut to a width in the middle: how it begins and how it ends is what tells it from others. */
export function cutInside(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const end = ending(text, Math.floor((width - 1) / 2));
  return `${beginning(text, width - 1 - columns(end))}…${end}`;
}
