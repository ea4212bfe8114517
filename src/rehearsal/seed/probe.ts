import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Session } from '../../postgres/session.ts';
import type { SeedCatalog, SeedCheck, SeedColumn, SeedTable, SeedType } from './catalog.ts';
import { valuesOf } from './functions.ts';
import { columnKey, Ties } from './keys.ts';
import { type Conditions, candidatesFor, type Wide } from './values.ts';

/** What the server takes for a column, and what stands in tables that have rows: one round trip for the whole schema. */

/** Values that a column takes, as they were written, each with the value that it came to. */
interface Accepted {
  readonly wide: Wide | undefined;
  readonly plain: ReadonlyMap<string, string>;
}

/** Up to three rows, by column. */
type Rows = readonly Readonly<Record<string, string>>[];

export interface Probed {
  /** By `columnKey`. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** By table: what rows of other tables may refer to. A table without rows is not there. */
  readonly present: ReadonlyMap<string, Rows>;
}

/** Conditions on one column are asked for with the value; those on several have to wait for the row. */
export function conditionsOf({ checks, partitions }: SeedTable): readonly SeedCheck[] {
  return partitions === null ? checks : [...checks, partitions];
}

export async function probe(session: Session, { tables, foreignKeys, types }: SeedCatalog): Promise<Probed> {
  const questions = new Questions();
  const columns = askedColumns(questions, { tables, foreignKeys, types });
  const filled = tables
    .filter(({ mayHaveRows }) => mayHaveRows)
    .map((table) => {
      const wanted = foreignKeys.flatMap(({ parent, parentColumns }) => (parent === table.id ? parentColumns : []));
      return {
        id: table.id,
        exists: questions.add(`SELECT 'yes' FROM ${relationOf(table)} LIMIT 1`),
        rows: questions.add(rowsQuery(table, [...new Set(wanted)])),
      };
    });
  const answers = await valuesOf(session, questions.all);
  const understood = new Map([...new Set(columns.values())].map((asked) => [asked, acceptedBy(asked, answers)]));
  return {
    accepted: new Map([...columns].flatMap(([key, asked]) => [[key, understood.get(asked) ?? NOTHING] as const])),
    present: new Map(
      filled.flatMap(({ id, exists, rows }) =>
        answers[exists] === 'yes' ? [[id, JSON.parse(answers[rows] ?? '[]') as Rows] as const] : [],
      ),
    ),
  };
}

const NOTHING: Accepted = { wide: undefined, plain: new Map() };

/** What is asked about each column, by its key; columns alike share it. */
function askedColumns(
  questions: Questions,
  { tables, foreignKeys, types }: Pick<SeedCatalog, 'tables' | 'foreignKeys' | 'types'>,
): ReadonlyMap<string, Asked> {
  const byId = new Map(types.map((type) => [type.id, type]));
  const elsewhere = conditionsElsewhere(tables, new Ties(foreignKeys));
  const alike = new Map<string, Asked>();
  const asked = new Map<string, Asked>();
  for (const table of tables) {
    if (table.homeless) continue;
    for (const column of table.columns) {
      const key = columnKey(table.id, column.name);
      const about = conditionsOf(table).filter(({ columns }) => columns.includes(column.name));
      const alone = about.filter(({ columns }) => columns.length === 1).map(({ expression }) => expression);
      const joint = about.filter(({ columns }) => columns.length > 1).map(({ expression }) => expression);
      const tied = elsewhere(key);
      const kind = JSON.stringify([column.type, alone.length > 0 && column.name, alone, joint, tied]);
      const known = alike.get(kind) ?? ask(questions, column, byId, { alone, joint, tied });
      alike.set(kind, known);
      asked.set(key, known);
    }
  }
  return asked;
}

function acceptedBy({ wide, plain }: Asked, answers: readonly (string | null)[]): Accepted {
  const came = plain.flatMap(({ text, at }) => {
    const value = answers[at] ?? null;
    return value === null ? [] : [[text, value] as const];
  });
  const takesWide = wide?.every(({ at }) => (answers[at] ?? null) !== null);
  return { wide: takesWide && wide ? [wide[0].text, wide[1].text, wide[2].text] : undefined, plain: new Map(came) };
}

/** The conditions on all columns that a column is tied to: what one of them demands has to be among the candidates of all. */
function conditionsElsewhere(tables: readonly SeedTable[], ties: Ties): (key: string) => readonly string[] {
  const byLead = new Map<string, string[]>();
  for (const table of tables) {
    for (const { columns, expression } of conditionsOf(table)) {
      for (const name of columns) {
        const lead = ties.of(columnKey(table.id, name));
        byLead.set(lead, [...(byLead.get(lead) ?? []), expression]);
      }
    }
  }
  return (key) => byLead.get(ties.of(key)) ?? [];
}

/** Questions, each asked once: most columns are of a few types. */
class Questions {
  readonly #places = new Map<string, number>();

  add(sql: string): number {
    const known = this.#places.get(sql) ?? this.#places.size;
    this.#places.set(sql, known);
    return known;
  }

  get all(): readonly string[] {
    return [...this.#places.keys()];
  }
}

interface Question {
  readonly text: string;
  readonly at: number;
}

interface Asked {
  readonly wide: readonly [Question, Question, Question] | undefined;
  readonly plain: readonly Question[];
}

interface About extends Conditions {
  /** On columns that must hold the same. */
  readonly tied: readonly string[];
}

function ask(
  questions: Questions,
  { name, type, typeId, modifier }: SeedColumn,
  types: ReadonlyMap<string, SeedType>,
  { alone, joint, tied }: About,
): Asked {
  const { wide, plain } = candidatesFor(typeId, modifier, types, { alone: [...alone, ...tied], joint });
  const question = (text: string): Question => {
    const value = `${escapeLiteral(text)}::${type}`;
    if (alone.length === 0) return { text, at: questions.add(`SELECT ${value}::text`) };
    const column = escapeIdentifier(name);
    const holds = alone.map((expression) => `(${expression}) IS NOT FALSE`).join(' AND ');
    const sql = `SELECT ${column}::text FROM (SELECT ${value} AS ${column}) AS seed WHERE ${holds}`;
    return { text, at: questions.add(sql) };
  };
  return { wide: wide && [question(wide[0]), question(wide[1]), question(wide[2])], plain: plain.map(question) };
}

export function relationOf({ schema, name }: Pick<SeedTable, 'schema' | 'name'>): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

function rowsQuery(table: SeedTable, columns: readonly string[]): string {
  if (columns.length === 0) return "SELECT '[]'";
  const quoted = columns.map(escapeIdentifier);
  const texts = quoted.map((column) => `${column}::text AS ${column}`).join(', ');
  const whole = quoted.map((column) => `${column} IS NOT NULL`).join(' AND ');
  return `SELECT json_agg(r)::text FROM (SELECT ${texts} FROM ${relationOf(table)} WHERE ${whole} LIMIT 3) AS r`;
}
