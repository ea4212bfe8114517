// The labelled set: migrations of our own writing on one base schema. families/*.sql holds them, each below a line
// `-- migration: NAME`; a line `-- next file` goes on with the next file of the same deploy. Names are unique.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModule, parse } from 'libpg-query';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What is there before any of them. */
export const BASE = { name: '0001_base.sql', sql: readFileSync(here('base.sql'), 'utf8') };

export function readSet() {
  const families = readdirSync(here('families')).sort();
  return families.flatMap((file) => {
    const family = file.replace(/\.sql$/, '');
    const [before, ...entries] = readFileSync(here(`families/${file}`), 'utf8').split(/^-- migration: /m);
    if (before.trim() !== '') throw new Error(`${file}: there is SQL before its first migration`);
    return entries.map((entry) => {
      const [, name, sql] = /^(\S+)\n(.*)$/s.exec(entry);
      return { name, family, files: filesOf(name, sql) };
    });
  });
}

/** Each with the name that a project would give it: '0002_index_plain.sql'. */
function filesOf(name, sql) {
  return sql.split(/^-- next file\n/m).map((text, index) => ({
    name: `${String(index + 2).padStart(4, '0')}_${name.replaceAll('-', '_')}.sql`,
    sql: `${text.trim()}\n`,
  }));
}

export function readLabels() {
  return JSON.parse(readFileSync(here('labels.json'), 'utf8'));
}

/**
 * The statements of a file and whether a deploy gives it a transaction: not where it says so, nor where all that is not
 * SET refuses one.
 */
export async function readFile({ sql }) {
  await loadModule();
  const bytes = Buffer.from(sql);
  const parsed = (await parse(sql)).stmts;
  const statements = parsed.map(({ stmt_location: start = 0, stmt_len: length }) =>
    bytes.subarray(start, length === undefined ? undefined : start + length).toString(),
  );
  const meaningful = parsed.map(({ stmt }) => Object.entries(stmt)[0]).filter(([kind]) => kind !== 'VariableSetStmt');
  const hasTransaction = !/^-- lockstep: no-transaction$/m.test(sql) && !meaningful.every(refusesTransaction);
  return { statements, hasTransaction };
}

function refusesTransaction([kind, tree]) {
  if (kind === 'IndexStmt' || kind === 'DropStmt') return tree.concurrent === true;
  if (kind === 'VacuumStmt') return tree.is_vacuumcmd === true;
  if (kind !== 'ReindexStmt') return false;
  return (tree.params ?? []).some(
    ({ DefElem: { defname, arg } }) => defname === 'concurrently' && arg?.String?.sval !== 'false',
  );
}
