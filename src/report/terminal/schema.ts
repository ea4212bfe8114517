import type { SchemaDiff } from '../model.ts';
import { plainLine } from './plain.ts';
import { cut } from './text.ts';
import { firstLines, type View } from './view.ts';

const MOST_LINES_OF_AN_OBJECT = 6;
const MOST_LINES = 30;

/** What the change does to the schema, table by table: names in one column, changes in the next. */
export function schemaLines(diff: SchemaDiff | undefined, view: View): string[] {
  if (diff === undefined || diff.tables.length === 0) return [];
  const room = Math.min(Math.floor(view.width / 3), Math.max(...diff.tables.map(({ name }) => name.length)));
  const lines = diff.tables.flatMap((object) => objectLines(object, room, view));
  return ['', view.paint.bold('Schema'), ...firstLines(lines, MOST_LINES, 'lines')];
}

function objectLines({ name, kind, change, lines }: SchemaDiff['tables'][number], room: number, view: View): string[] {
  const whole = change === 'changed' ? [] : [`${change === 'added' ? '+' : '-'} ${kind} ${change}`];
  const shown = firstLines([...whole, ...lines], MOST_LINES_OF_AN_OBJECT, 'changes');
  return shown.map((line, index) => {
    const left = index === 0 ? cut(plainLine(name), room) : '';
    return `  ${left.padEnd(room)}  ${sign(cut(plainLine(line), view.width - room - 4), view)}`;
  });
}

function sign(line: string, { paint }: View): string {
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  return line.startsWith('~') ? paint.yellow(line) : line;
}
