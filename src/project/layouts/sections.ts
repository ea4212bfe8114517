import type { Comment } from '../comments.ts';
import { keepOnly } from '../place.ts';
import type { Source } from '../source.ts';

/** A file that holds both halves, divided by marker comments. Texts are as long as the file's, blanked outside. */
interface Sections {
  readonly up: string;
  readonly down: string;
}

/** Markers whose words nobody writes by chance, one line each: dbmate, goose and sql-migrate, node-pg-migrate. */
const MARKERS: readonly RegExp[] = [
  /^\s*migrate:(up|down)(?:\s|$)/,
  /^\s*\+(?:goose|migrate)\s+(up|down)(?:\s+notransaction)?\s*$/i,
  /^[\s-]*(up|down)\s+migration\s*:?\s*$/i,
];

/** tern's single divider. */
const DIVIDER = /^--\s*create above \/ drop below\s*----\s*$/i;

/** `-- up` and `-- down`: only as a pair, since `-- down` alone heads a rollback block, too. */
const BARE = /^[\s-]*(up|down)[\s:]*$/i;

/** The sections of a file; undefined when no marker divides it. What stands above the first marker belongs to up. */
export function sections({ text, comments }: Source): Sections | undefined {
  const lines = comments.filter((comment) => comment.kind === 'line' && !comment.afterCode);
  const marks = marksIn(lines, (line) => halfOf(line, MARKERS) ?? (DIVIDER.test(line.text) ? 'down' : undefined));
  const bare = marksIn(lines, (line) => halfOf(line, [BARE]));
  const chosen = marks.length > 0 ? marks : isPair(bare) ? bare : [];
  if (!chosen.some(({ half }) => half === 'down')) return undefined;
  const ranges = { up: [[0, chosen[0]?.start ?? 0]] as [number, number][], down: [] as [number, number][] };
  chosen.forEach(({ half, start }, index) => {
    ranges[half].push([start, chosen[index + 1]?.start ?? text.length]);
  });
  return { up: keepOnly(text, ranges.up), down: keepOnly(text, ranges.down) };
}

/** A bare `-- down` with code below it and no `-- up` above: nobody can say what was meant. Its line, for a finding. */
export function strayDown({ text, comments }: Source): number | undefined {
  const lines = comments.filter((comment) => comment.kind === 'line' && !comment.afterCode);
  const bare = marksIn(lines, (line) => halfOf(line, [BARE]));
  const first = bare[0];
  if (first?.half !== 'down' || isPair(bare)) return undefined;
  const next = comments.find((comment) => comment.start > first.start);
  const marker = comments.find((comment) => comment.start === first.start);
  return text.slice(marker?.end, next?.start).trim() === '' ? undefined : marker?.line;
}

interface Mark {
  readonly half: 'up' | 'down';
  readonly start: number;
}

function marksIn(lines: readonly Comment[], half: (line: Comment) => Mark['half'] | undefined): Mark[] {
  return lines.flatMap((line) => {
    const found = half(line);
    return found ? [{ half: found, start: line.start }] : [];
  });
}

function halfOf({ text }: Comment, markers: readonly RegExp[]): Mark['half'] | undefined {
  for (const marker of markers) {
    const word = marker.exec(text)?.[1]?.toLowerCase();
    if (word) return word === 'up' ? 'up' : 'down';
  }
  return undefined;
}

function isPair(marks: readonly Mark[]): boolean {
  const up = marks.findIndex(({ half }) => half === 'up');
  return up >= 0 && marks.some(({ half }, index) => half === 'down' && index > up);
}
