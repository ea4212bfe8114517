/** Colours of a terminal. Without colour every function gives its text back. */
export interface Paint {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

/** Select Graphic Rendition: the code that begins, and the one that ends only what was begun. */
const CODES = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  bold: [1, 22],
  dim: [2, 22],
} as const;

export function createPaint(color: boolean): Paint {
  const style = (name: keyof typeof CODES) => {
    const [begin, end] = CODES[name];
    return (text: string): string => (color && text !== '' ? `\u001b[${begin}m${text}\u001b[${end}m` : text);
  };
  return {
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
    bold: style('bold'),
    dim: style('dim'),
  };
}
