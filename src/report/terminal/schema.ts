import type { Report, SchemaDiff } from '../model.ts';
import { differenceWords } from '../outcome.ts';
import { plainLine } from '../plain.ts';
import { columns, padded } from './columns.ts';
import { cut } from './text.ts';
import { ELSEWHERE, firstLines, type View } from './view.ts';

type SchemaObject = SchemaDiff['tables'][number];

/** Whole objects are shown, as many as fit into these. */
const MOST_OBJECTS = 12;
const MOST_LINES = 40;
const MOST_LINES_OF_AN_OBJECT = 6;

/** What the change does to the schema, or how a target's differs, table by table: names in one column, changes in the next. */
export function schemaLines(report: Report, view: View): string[] {
  const diff = report.schemaDiff;
  if (diff === undefined || diff.tables.length === 0) return [];
  const { legend, changes } = differenceWords(report);
  const shown = shownOf(diff.tables, changes);
  const rest = diff.tables.slice(shown.length);
  const room = Math.min(
    Math.floor(view.width / 3),
    shown.reduce((most, { object }) => Math.max(most, columns(plainLine(object.name))), 0),
  );
  return [
    '',
    view.paint.bold('Schema'),
    ...(legend === undefined ? [] : [view.paint.dim(`  ${legend}`)]),
    ...shown.flatMap(({ object, lines }) => objectLines(object.name, lines, room, view)),
    ...(rest.length > 0 ? [`  … and ${rest.length} more ${kindOf(rest)} ${ELSEWHERE}`] : []),
  ];
}

type Words = ReturnType<typeof differenceWords>['changes'];

function shownOf(objects: readonly SchemaObject[], words: Words): { object: SchemaObject; lines: string[] }[] {
  const shown: { object: SchemaObject; lines: string[] }[] = [];
  let taken = 0;
  for (const object of objects.slice(0, MOST_OBJECTS)) {
    const { kind, change } = object;
    const whole = change === 'changed' ? [] : [`${change === 'added' ? '+' : '-'} ${kind} ${words[change]}`];
    const lines = firstLines([...whole, ...object.lines], MOST_LINES_OF_AN_OBJECT, 'changes');
    taken += lines.length;
    if (taken > MOST_LINES && shown.length > 0) break;
    shown.push({ object, lines });
  }
  return shown;
}

function kindOf(objects: readonly SchemaObject[]): string {
  const word = objects.every(({ kind }) => kind === 'table') ? 'table' : 'object';
  return objects.length === 1 ? word : `${word}s`;
}

function objectLines(name: string, lines: readonly string[], room: number, view: View): string[] {
  return lines.map((line, index) => {
    const left = index === 0 ? cut(plainLine(name), room) : '';
    return `  ${padded(left, room)}  ${sign(cut(plainLine(line), view.width - room - 4), view)}`;
  });
}

function sign(line: string, { paint }: View): string {
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  return line.startsWith('~') ? paint.yellow(line) : line;
}
