import { TEXT } from '../limits.ts';
import type { SqlErrorReport } from '../model.ts';
import { fenced, prose } from './text.ts';
import { place, type View } from './view.ts';

/** An error that no finding tells of. */
export function errorLines(error: SqlErrorReport, view: View): string[] {
  const where = error.path === undefined ? '' : `${place(view, error.path, error.line)}: `;
  const state = error.sqlstate === undefined ? '' : ` (SQLSTATE ${prose(error.sqlstate, TEXT.name)})`;
  return [
    `  - ${where}${prose(error.message, TEXT.message)}${state}${errorContext(error)}`,
    ...(error.excerpt === undefined ? [] : ['', fenced(error.excerpt, 'sql', TEXT.excerpt, '    ')]),
  ];
}

/** What Postgres said beyond the message: where it happened, what it advises, and what had run before. */
export function errorContext({ detail, where, hint, ranBefore }: SqlErrorReport, told = ''): string {
  const said = [
    ...(detail === undefined || told.includes(detail.trim()) ? [] : [prose(detail, TEXT.message)]),
    ...(where === undefined ? [] : [`where: ${prose(where, TEXT.message)}`]),
    ...(hint === undefined ? [] : [`Hint: ${prose(hint, TEXT.message)}`]),
    ...(ranBefore === undefined ? [] : [prose(ranBefore, TEXT.message)]),
  ];
  return said.map((text) => `<br>${text}`).join('');
}
