import { cell, table } from './markdown.ts';
import { type Column, columns, toolFeatures } from './tool-features.ts';

type Features = (typeof toolFeatures)[number];

/** Where things are, seen from the page with a table. */
export interface Seen {
  /** The tools' pages. */
  readonly pages: string;
  /** docs/ itself. */
  readonly docs: string;
}

/** Which tools Lockstep knows and what it does for each. */
export function toolsTable(seen: Seen): string {
  const keys = Object.keys(columns) as Column[];
  const rows = toolFeatures.map((features) => [
    `[${features.tool}](${seen.pages}${features.tool}.md)`,
    ...keys.map((key) => {
      const found = features[key];
      return found === 'absent' ? '–' : cell(found.says);
    }),
    realOf(features, seen),
  ]);
  return table(['tool', ...keys.map((key) => columns[key]), 'with the real tool'], rows);
}

function realOf({ real }: Features, { docs }: Seen): string {
  if (real === 'absent') return '–';
  return real === 'sources' ? `by its [sources](${docs}unproven.md)` : real.says;
}
