import type { NotCompared } from '../judgement/project-schema.ts';
import type { CatalogDifference } from '../postgres/catalog/compare.ts';
import type { Unread } from '../postgres/catalog/target-snapshot.ts';
import { count } from './check-stages.ts';

/** What a comparison has left out, in words: nothing counts as equal that nobody looked at. */

interface LeftOut {
  readonly notCompared: NotCompared;
  readonly unread: readonly Unread[];
  readonly reordered: CatalogDifference['reordered'];
  /** The path of `rehearsal.schema_file`. */
  readonly schemaFile: string | undefined;
}

/** Names that a line may have. */
const NAMES = 12;

export function comparisonNotices({ notCompared, unread, reordered, schemaFile }: LeftOut): readonly string[] {
  const { schemas, histories, partitions, platform, setup } = notCompared;
  return [
    ...unread.map(({ kinds, message }) => `Not compared: ${kinds.join(', ')} (${message}).`),
    ...(schemas.length > 0 ? [`Not compared: schemas that no migration makes or fills: ${list(schemas)}.`] : []),
    ...(histories.length > 0 ? [`Not compared: history tables of migration tools: ${list(histories)}.`] : []),
    ...(partitions > 0 ? [`Not compared: ${count(partitions, 'partition')} that no migration makes.`] : []),
    ...(platform > 0 ? [`Not compared: ${count(platform, 'thing')} of the hosting service's own roles.`] : []),
    ...(setup > 0
      ? [
          `Not compared: ${count(setup, 'thing')} that \`rehearsal\` in lockstep.yml brings (preset, extensions, setup) and no migration changes.`,
        ]
      : []),
    ...(schemaFile === undefined
      ? []
      : [`Compared with ${schemaFile}, which may hold more than the applied migrations make.`]),
    ...reordered.map(
      ({ table, before, after }) =>
        `The columns of ${table} stand in another order: ${list(after)}; the migrations make ${list(before)}.`,
    ),
  ];
}

function list(names: readonly string[]): string {
  const rest = names.length - NAMES;
  return [...names.slice(0, NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
