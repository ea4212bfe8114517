import { comments } from '../comments.ts';
import { decode } from '../decode.ts';
import { readDirectives } from '../directives.ts';
import type { HistoryTable } from '../layouts/bookkeeping.ts';
import type { Layout } from '../layouts/layout.ts';
import { below, byVersion, compareText, nextName } from '../layouts/names.ts';
import { tableSql } from '../quoting.ts';
import { sha256 } from '../source.ts';
import type { Migration, RepoFile } from '../types.ts';
import type { CommandTool, ProgramFacts, ToolTable } from './command-tool.ts';
import { commandTools } from './tools.ts';

/** A command tool as all stages know a tool. Its migrations have no SQL until a rehearsal has captured it. */
const layouts: ReadonlyMap<string, Layout> = new Map(commandTools.map((tool) => [tool.name, layoutOf(tool)]));

export const commandLayouts: readonly Layout[] = [...layouts.values()];

/** undefined: no tool of that name runs its migrations itself. */
export function commandLayout(name: string): Layout | undefined {
  return layouts.get(name);
}

function layoutOf(tool: CommandTool): Layout {
  return {
    name: tool.name,
    order: tool.order,
    ...(tool.ordersByGraph && { ordersByGraph: tool.ordersByGraph }),
    orderNote: tool.orderNote,
    checksumNote: '',
    identityOf: ({ id }) => id,
    identityNote: tool.identityNote,
    ...(tool.history === undefined ? {} : { historyTable: historyTableOf(tool.history) }),
    detect: () => false,
    read: (directory, files) => ({
      tool: tool.name,
      directory,
      migrations: sorted(
        files.flatMap((file) => migrationOf(tool, file, below(directory, file.path))),
        tool,
      ),
      ignored: [],
    }),
    aloneNote: `marked as ${tool.title} wants it`,
    compare: tool.order === 'numeric' ? byVersion : (a, b) => compareText(a.id, b.id),
    nextName,
  };
}

function historyTableOf(history: ToolTable): HistoryTable {
  return {
    usual: history.usual,
    in: (table) => {
      const name = tableSql(table);
      const beside = history.beside?.(table.relation).map((relation) => ({ schema: table.schema, relation }));
      return {
        table,
        create: history.create(name),
        columns: history.columns,
        ...(history.foreignColumns && { foreignColumns: history.foreignColumns }),
        ...(beside && { beside }),
        select: history.select(name),
        history: (rows, known) => ({ applied: history.applied(rows, known.map(factsOf)), failed: [] }),
        record: (migration) => history.record(name, factsOf(migration)),
        forget: (migration) => history.forget(name, factsOf(migration)),
      };
    },
  };
}

const REQUIRES = 'requires';

/** What a migration's file said about itself. */
export function factsOf({ id, version, name, toolFacts }: Migration): ProgramFacts {
  const requires = toolFacts?.[REQUIRES];
  return { id, version, name, ...(requires === undefined ? {} : { requires: requires.split('\n').filter(Boolean) }) };
}

function migrationOf(tool: CommandTool, file: RepoFile, path: string): Migration[] {
  if (!tool.isMigration(path)) return [];
  const { text, unreadable } = decode(file.bytes);
  const facts = unreadable ? undefined : tool.read(path, text);
  if (facts === undefined) return [];
  const checksum = sha256(file.bytes);
  return [
    {
      id: facts.id,
      version: facts.version,
      name: facts.name,
      path: file.path,
      up: { path: file.path, text: '', program: checksum },
      down: undefined,
      checksum,
      execution: 'transaction',
      directives: readDirectives({ path: file.path, comments: comments(spokenTo(text)) }),
      ...(facts.requires === undefined ? {} : { toolFacts: { [REQUIRES]: facts.requires.join('\n') } }),
    },
  ];
}

/** What a file's own comments say to Lockstep (`// lockstep: ...`, `# lockstep-ignore-file ...`), as SQL has them, line by line. */
export function spokenTo(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const said = /^\s*(?:\/\/|#|\*)\s*(lockstep\b.*?)\s*$/.exec(line)?.[1];
      return said === undefined ? '' : `-- ${said}`;
    })
    .join('\n');
}

/** By name or number; where they name those before them, after these. */
function sorted(migrations: readonly Migration[], { order }: CommandTool): Migration[] {
  const byName = [...migrations].sort(order === 'numeric' ? byVersion : (a, b) => compareText(a.id, b.id));
  const byId = new Map(byName.map((migration) => [migration.id, migration]));
  const placed = new Set<Migration>();
  const place = (migration: Migration, trail: ReadonlySet<string>): void => {
    if (placed.has(migration) || trail.has(migration.id)) return;
    for (const before of factsOf(migration).requires ?? []) {
      const found = byId.get(before);
      if (found) place(found, new Set([...trail, migration.id]));
    }
    placed.add(migration);
  };
  for (const migration of byName) place(migration, new Set());
  return [...placed];
}
