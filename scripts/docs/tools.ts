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

/** For README: a line for each tool, at the width that GitHub gives a page. */
export function briefTable(seen: Seen): string {
  const rows = toolFeatures.map((features) => [
    pageOf(features, seen),
    says(features.recognised).replace('the folder ', ''),
    tableOf(features),
    wayBack(features),
    realOf(features, seen),
  ]);
  return table(['tool', 'recognised by', 'history table', 'down script', 'with the real tool'], rows);
}

/** How a tool is known, runs and keeps its history. */
export function toolsTable(seen: Seen): string {
  return fullTable(seen, ['recognised', 'runs', 'history'], true);
}

/** What else there is to a tool. */
export function moreTable(seen: Seen): string {
  return fullTable(seen, ['down', 'lock', 'checksum', 'late'], false);
}

function fullTable(seen: Seen, keys: readonly Column[], withReal: boolean): string {
  const rows = toolFeatures.map((features) => [
    pageOf(features, seen),
    ...keys.map((key) => full(features, key)),
    ...(withReal ? [realOf(features, seen)] : []),
  ]);
  const real = withReal ? ['with the real tool'] : [];
  return table(['tool', ...keys.map((key) => columns[key]), ...real], rows);
}

/** What runs again stands beside what runs: one tool has it. */
function full(features: Features, key: Column): string {
  const cells = key === 'runs' ? [features.runs, features.repeatable] : [features[key]];
  return cells.flatMap((found) => (found === 'absent' ? [] : [cell(found.says)])).join('; ') || '–';
}

/** The table alone; in a schema of its own name without that. */
function tableOf({ history }: Features): string {
  return says(history)
    .replace(/[:,] .*$/, '')
    .replace(/`(\w+)\.\1`/, '`$1`');
}

/** Which files are the way back, whether for the tool or for Lockstep alone. */
function wayBack({ down }: Features): string {
  return says(down)
    .replace(/^none; (.*) is read$/, '$1')
    .replace(/^none; .*/, 'none');
}

function says(found: Features[Column]): string {
  return found === 'absent' ? '–' : cell(found.says);
}

function pageOf({ tool }: Features, { pages }: Seen): string {
  return `[${tool}](${pages}${tool}.md)`;
}

function realOf({ real }: Features, { docs }: Seen): string {
  if (real === 'absent') return '–';
  return real === 'sources' ? `by its [sources](${docs}unproven.md)` : real.says;
}
