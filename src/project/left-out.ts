import { type Comment, withoutComments } from './comments.ts';
import { LineIndex } from './place.ts';
import type { Migration, Script, SectionProblem } from './types.ts';

/** A file as its layout read it. */
interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly comments: readonly Comment[];
}

/**
 * The code of a migration's file that its layout put into neither script: nothing would ever run it. Found by comparing
 * the scripts with the file, whatever the layout's rules are. Each run of such code is one problem.
 */
export function leftOut(file: ReadFile, { up, down }: Pick<Migration, 'up' | 'down'>): SectionProblem[] {
  const { path, text } = file;
  const scripts = [up, down].filter((script): script is Script => script?.path === path);
  if (scripts.some((script) => script.text === text)) return [];
  const halves = scripts.map((script) => script.text.split('\n'));
  const raw = text.split('\n');
  // Nearly every line belongs to a half as a whole; only where one does not are comments told from code.
  const dropped = raw.flatMap((line, index) =>
    line.trim() === '' || halves.some((lines) => lines[index] === line) ? [] : [index],
  );
  if (dropped.length === 0) return [];
  const code = withoutComments(text, file.comments).split('\n');
  const isCode = (index: number): boolean =>
    [...(code[index] ?? '').matchAll(/\S+/g)].some(({ 0: word, index: at }) =>
      halves.every((lines) => lines[index]?.slice(at, at + word.length) !== word),
    );
  const lines = new LineIndex(text);
  return runs(dropped.filter(isCode), code).map(({ from, to }) => ({
    path,
    line: from + 1,
    endLine: to + 1,
    message: `${quoted(text.slice(lines.startOf(from + 1)))} belongs to neither the up nor the down script: nothing would run it`,
  }));
}

/** Neighbours, with nothing but lines without code between them, are one. */
function runs(indexes: readonly number[], code: readonly string[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const index of indexes) {
    const last = found.at(-1);
    if (last && code.slice(last.to + 1, index).every((line) => line.trim() === '')) last.to = index;
    else found.push({ from: index, to: index });
  }
  return found;
}

function quoted(text: string): string {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return `\`${line.length > 60 ? `${line.slice(0, 60)}…` : line}\``;
}
