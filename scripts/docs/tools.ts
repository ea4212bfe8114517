import { cell, table } from './markdown.ts';
import { type Column, columns, toolFeatures } from './tool-features.ts';

/** Which tools Lockstep knows and what it does for each. `pages`: where their pages are, seen from the page with the table. */
export function toolsTable(pages: string): string {
  const keys = Object.keys(columns) as Column[];
  const rows = toolFeatures.map((features) => [
    `[${features.tool}](${pages}${features.tool}.md)`,
    ...keys.map((key) => {
      const found = features[key];
      return found === 'absent' ? '–' : cell(found.says);
    }),
  ]);
  return table(['tool', ...keys.map((key) => columns[key])], rows);
}
