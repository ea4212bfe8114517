import type { Client } from 'pg';
import { joinWithLint } from '../../../src/judgement/joined.ts';
import { ofWholeChange, type SchemaFinding, schemaFindings } from '../../../src/judgement/schema-findings.ts';
import { type Catalog, snapshot } from '../../../src/postgres/catalog/snapshot.ts';
import { parseSql } from '../../../src/project/sql.ts';
import type { Phase } from '../../../src/project/types.ts';
import type { Finding } from '../../../src/report/model.ts';
import type { ScratchPostgres } from '../../support/scratch-postgres.ts';
import { inDatabase, run } from './round-trip.ts';

/** What is said about migrations that really ran one after the other, as the judgement puts it together. */
export function judgedChanges(
  server: ScratchPostgres,
  setup: string,
  migrations: readonly string[],
  phase?: Phase,
): Promise<Finding[]> {
  return inDatabase(server, async (client) => {
    await run(client, setup);
    const { seen, base, head } = await runAll(client, migrations, phase);
    return joinWithLint([], ofWholeChange(seen, base, head), () => false).own;
  });
}

interface Ran {
  readonly seen: readonly SchemaFinding[];
  readonly base: Catalog;
  readonly head: Catalog;
}

/** Files are called 1.sql, 2.sql and so on. */
export async function runAll(client: Client, migrations: readonly string[], phase?: Phase): Promise<Ran> {
  const base = await snapshot(client);
  const seen: SchemaFinding[] = [];
  let before = base;
  for (const [at, sql] of migrations.entries()) {
    const { statements, problem } = parseSql(sql);
    if (statements === undefined) throw new Error(`${problem.message}: ${sql}`);
    // One by one: CONCURRENTLY refuses company.
    for (const statement of statements) await run(client, statement.sql);
    const after = await snapshot(client);
    seen.push(...schemaFindings({ path: `${at + 1}.sql`, phase, statements, before, after, searchPath: ['public'] }));
    before = after;
  }
  return { seen, base, head: before };
}

/** 'block 1.sql:2 breaks-running-code' */
export function places(findings: readonly Finding[]): string[] {
  return findings.map(({ severity, path, line, rule }) => `${severity} ${path}:${line} ${rule}`);
}
