import { literal } from '../quoting.ts';
import type { CommandTool, ProgramFacts } from './command-tool.ts';

/**
 * Alembic: revisions that name the one before them; the history keeps the heads alone, so that what stands before them
 * is applied as well.
 * https://github.com/sqlalchemy/alembic/blob/main/alembic/runtime/migration.py
 */
export const alembic: CommandTool = {
  name: 'alembic',
  title: 'Alembic',
  marks: ['alembic.ini'],
  places: [
    'alembic/versions',
    'migrations/versions',
    'versions',
    'db/versions',
    'src/alembic/versions',
    'app/alembic/versions',
  ],
  isMigration: (path) => /^[^/]+\.py$/.test(path),
  speaks: /^down_revision\b/m,
  read: (_path, text) => revisionIn(text),
  order: 'lexical',
  ordersByGraph: true,
  orderNote: 'Alembic runs revisions after those that they name as `down_revision`.',
  identityNote: 'alembic_version knows the newest revision by its id.',
  history: {
    usual: 'public.alembic_version',
    create: (table) =>
      `CREATE TABLE IF NOT EXISTS ${table} (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))`,
    columns: ['version_num'],
    select: (table) => `SELECT version_num FROM ${table}`,
    applied: (rows, known) =>
      withAncestors(
        rows.map(({ version_num }) => String(version_num)),
        known,
      ),
    record: (table, { id, requires = [] }) =>
      [
        ...requires.map((before) => `DELETE FROM ${table} WHERE version_num = ${literal(before)}`),
        `INSERT INTO ${table} (version_num) VALUES (${literal(id)})`,
      ].join(';\n'),
    forget: (table, { id, requires = [] }) =>
      [
        `DELETE FROM ${table} WHERE version_num = ${literal(id)}`,
        ...requires.map((before) => `INSERT INTO ${table} (version_num) VALUES (${literal(before)})`),
      ].join(';\n'),
    // UPDATE ... SET version_num = new WHERE version_num = old; of a merge the other heads are deleted.
    recordedBy: ([first], known) => known.find(({ id }) => id === first),
    takenOutBy: (values, known) => known.find(({ id }) => id === values.at(-1)),
  },
  applyCommand: () => ['alembic', 'upgrade', 'heads'],
  rollbackCommand: () => ['alembic', 'downgrade', '-1'],
  environment: { PYTHONDONTWRITEBYTECODE: '1' },
  irreversible: /NotImplementedError|irreversible/i,
};

function withAncestors(heads: readonly string[], known: readonly ProgramFacts[]): string[] {
  const byId = new Map(known.map((one) => [one.id, one]));
  const applied = new Set<string>();
  const visit = (id: string): void => {
    if (applied.has(id)) return;
    applied.add(id);
    for (const before of byId.get(id)?.requires ?? []) visit(before);
  };
  for (const head of heads) visit(head);
  // In the project's order; what it does not have comes last.
  return [...known.flatMap(({ id }) => (applied.delete(id) ? [id] : [])), ...applied];
}

const STRINGS = /["']([^"']+)["']/g;

function revisionIn(text: string): ProgramFacts | undefined {
  const id = /^revision\s*(?::[^=\n]*)?=\s*["']([^"']+)["']/m.exec(text)?.[1];
  const down = /^down_revision\s*(?::[^=\n]*)?=\s*(\([^)]*\)|\[[^\]]*\]|.*)$/m.exec(text)?.[1];
  if (id === undefined || down === undefined) return undefined;
  const requires = [...down.matchAll(STRINGS)].flatMap(([, before]) => before ?? []);
  const name = /^["']{3}\s*(.*?)\s*$/m.exec(text)?.[1] ?? '';
  return { id, version: id, name, requires };
}
