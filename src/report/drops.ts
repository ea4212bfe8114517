import type { Report } from './model.ts';

/** What is gone after the deploy, as Postgres has it: 'public.users', 'public.users.email'. */
interface Drop {
  readonly kind: 'table' | 'column';
  readonly name: string;
  /** Of the migration that drops it. */
  readonly path: string;
}

/**
 * The tables and columns that a change takes away, whether a finding says so, was let pass or is not looked for. What the
 * change itself has made was never there to be lost. (The difference of the whole change does not tell: a table that is
 * dropped and made again is no difference, and yet its rows are gone.)
 */
export function dropsOf({ migrations }: Report): Drop[] {
  const made = new Map<string, Set<string>>([
    ['table', new Set()],
    ['column', new Set()],
  ]);
  const drops = new Map<string, Drop>();
  for (const { path, schemaDiff = [] } of migrations) {
    const lines = schemaDiff.flatMap((line) => lineOf(line) ?? []);
    for (const { sign, kind, name } of lines) {
      if (sign !== '-') continue;
      const own = made.get(kind)?.delete(name) === true || made.get('table')?.has(tableOf(name)) === true;
      if (!own && !drops.has(`${kind} ${name}`)) drops.set(`${kind} ${name}`, { kind, name, path });
    }
    for (const { sign, kind, name } of lines) if (sign === '+') made.get(kind)?.add(name);
    for (const { sign, kind, name, rest } of lines) if (sign === '~') rename(made, kind, name, rest);
  }
  return [...drops.values()];
}

interface Line {
  readonly sign: string;
  readonly kind: 'table' | 'column';
  readonly name: string;
  readonly rest: string;
}

const PART = '(?:"(?:[^"]|"")*"|[^\\s".]+)';
const NAME = `${PART}(?:\\.${PART})*`;
const LINE = new RegExp(`^([-+~]) (table|column) (${NAME})(?=\\s|$) ?(.*)$`, 's');
const LAST_PART = new RegExp(`\\.${PART}$`);

/** A line of a migration's difference, if it is about a table or a column: '- column public.users.email text'. */
function lineOf(line: string): Line | undefined {
  const [, sign = '', kind = '', name = '', rest = ''] = LINE.exec(line) ?? [];
  return kind === 'table' || kind === 'column' ? { sign, kind, name, rest } : undefined;
}

function tableOf(column: string): string {
  return column.replace(LAST_PART, '');
}

/** What was made under the old name is known by the new one; with a table its columns. */
function rename(made: ReadonlyMap<string, Set<string>>, kind: Line['kind'], name: string, rest: string): void {
  const [, now] = new RegExp(`^renamed to (${NAME})$`).exec(rest) ?? [];
  if (now === undefined) return;
  const after = kind === 'table' ? now : `${tableOf(name)}.${now}`;
  if (made.get(kind)?.delete(name)) made.get(kind)?.add(after);
  if (kind === 'column') return;
  const columns = made.get('column');
  for (const column of [...(columns ?? [])]) {
    if (tableOf(column) === name && columns?.delete(column)) columns.add(after + column.slice(name.length));
  }
}
