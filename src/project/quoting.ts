/** Text and names as Postgres reads them, whatever they hold. */

/** Text as a literal of Postgres, whatever standard_conforming_strings says and whatever it holds. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll('\u0000', '').replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** The same for what may be missing; numbers as they are. */
export function value(of: string | number | bigint | undefined | null): string {
  if (of === undefined || of === null) return 'NULL';
  return typeof of === 'string' ? literal(of) : String(of);
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table by its bare names. */
export interface TableName {
  readonly schema: string;
  readonly relation: string;
}

/** 'public.migrations' or '"My Schema".x' as the settings name a table; without a schema it is in public. */
export function qualified(name: string): TableName {
  const parts = [...name.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll('""', '"'),
  );
  const [schema, relation] = parts.length > 1 ? [parts[0], parts[1]] : ['public', parts[0]];
  return { schema: schema ?? 'public', relation: relation ?? name };
}

/** The table as SQL names it. */
export function tableSql({ schema, relation }: TableName): string {
  return `${identifier(schema)}.${identifier(relation)}`;
}

/** 'public.migrations', for readers and for the names of the catalogs. */
export function tableText({ schema, relation }: TableName): string {
  return `${schema}.${relation}`;
}
