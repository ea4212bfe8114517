import type { MigrationReport, StatementReport } from '../model.ts';
import { count } from '../words.ts';
import type { Part } from './fit.ts';
import { DETAILS_END, detailsBegin } from './text.ts';
import { more, type View } from './view.ts';

/**
 * Which locks a migration holds while which statements run, drawn by GitHub (Mermaid). A unit is a statement: how long one
 * takes on the rehearsal's empty tables says nothing about production.
 */
export function timelinePart(view: View): Part {
  const { report, amounts } = view;
  const drawn = report.migrations.filter(({ transaction, up }) => {
    return transaction === 'single' && heldIn(up?.statements ?? []).length > 1;
  });
  return {
    what: 'the lock timeline',
    begin: detailsBegin(`Lock timeline of ${count(drawn.length, 'migration')}`),
    pieces: drawn.slice(0, amounts.timelines).map(chart),
    between: '\n\n',
    beyond: Math.max(0, drawn.length - amounts.timelines),
    end: DETAILS_END,
    more: more('migration', view),
  };
}

interface Held {
  readonly relation: string;
  readonly mode: string;
  readonly blocks: readonly string[];
  /** Position of the statement that takes it. */
  readonly from: number;
}

/** Locks that somebody waits for. */
function heldIn(statements: readonly StatementReport[]): Held[] {
  return statements.flatMap(({ locks = [] }, from) =>
    locks.filter(({ blocks }) => blocks.length > 0).map((lock) => ({ ...lock, from })),
  );
}

/** More than these, and nobody can read the drawing. */
const MOST = { statements: 20, locks: 12 } as const;

function chart({ id, up }: MigrationReport): string {
  const statements = up?.statements ?? [];
  const end = Math.min(statements.length, MOST.statements);
  const locks = heldIn(statements).filter(({ from }) => from < end);
  const left = statements.length - end;
  const relations = [...new Set(locks.slice(0, MOST.locks).map(({ relation }) => relation))];
  return [
    '```mermaid',
    'gantt',
    `title ${plainWords(id)}: held until its transaction ends`,
    'dateFormat x',
    'axisFormat %s',
    'tickInterval 1second',
    'section Statements',
    ...statements.slice(0, end).map(({ sql }, at) => `${at + 1} ${plainWords(sql)} :${bar(at, at + 1)}`),
    ...(left > 0 ? [`and ${left} more :${bar(end, end + 1)}`] : []),
    ...relations.flatMap((relation) => [
      `section ${plainWords(relation)}`,
      ...locks
        .filter((lock) => lock.relation === relation)
        .map(({ mode, blocks, from }) => {
          const weight = blocks.includes('reads') ? 'crit, ' : 'active, ';
          return `${plainWords(mode)}, ${plainWords(blocks.join(' and '))} wait :${weight}${bar(from, left > 0 ? end + 1 : end)}`;
        }),
    ]),
    '```',
  ].join('\n');
}

/** Milliseconds: of seconds Mermaid reads the beginning as milliseconds all the same. */
function bar(from: number, to: number): string {
  return `${from * 1000}, ${to * 1000}`;
}

const LONGEST = 44;

/** Mermaid has a meaning for most signs, and no way to write them: what is no letter, digit, dot or line becomes a space. */
function plainWords(text: string): string {
  const words = text.replace(/[^\p{L}\p{N}._-]+/gu, ' ').trim();
  const short = words.length > LONGEST ? `${words.slice(0, LONGEST).trim()}…` : words;
  return short.replace(/\p{Surrogate}/gu, '') || '?';
}
