import { descendants, names, text } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existingAlterations, hazard } from '../hazard.ts';
import { columnType, typeNameOf } from '../type-names.ts';
import type { HazardScript } from '../types.ts';

/** timestamp to timestamptz and back without a word on the zone: the session's TimeZone decides what the values mean. */
export function changingTimeZone(script: HazardScript): Finding[] {
  return existingAlterations(script).flatMap(({ command, table, alteration: { subtype, fields, column } }) => {
    if (subtype !== 'AT_AlterColumnType' || column === undefined) return [];
    const to = typeNameOf(column);
    const name = text(fields.name) ?? '';
    if (!ZONED.has(to) || saysHow(column.raw_default)) return [];
    const from = columnType(script, command, table, name);
    // Of timestamp(3) and its like nothing is converted; only a known timestamptz is.
    if (from === to || (to === 'timestamp' && from !== 'timestamptz')) return [];
    const was = from === undefined ? 'its values' : `its values (${from})`;
    const message = `${name} of ${table} becomes ${to}: ${was} are read in the session's TimeZone, whatever that is where the migration runs.`;
    const help = to === 'timestamptz' ? undefined : BACK;
    return [hazard('changing-time-zone', script, command, { message, help, relations: [table] })];
  });
}

const ZONED: ReadonlySet<string> = new Set(['timestamp', 'timestamptz']);

const BACK =
  "Say in which zone the new values are meant:\nALTER TABLE orders ALTER COLUMN placed_at TYPE timestamp USING placed_at AT TIME ZONE 'UTC';";

/** AT TIME ZONE, which the parser makes a call of timezone(); or another function, which must know what it does. */
function saysHow(using: unknown): boolean {
  return [...descendants(using)].some(([kind, fields]) => kind === 'FuncCall' && names(fields.funcname).length > 0);
}
