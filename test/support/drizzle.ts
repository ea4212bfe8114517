import type { GitRepo } from './git-repo.ts';
import { npmModule } from './round-trip.ts';

/** The files of Drizzle 0.x as drizzle-kit lays them, and its own `migrate()`. */

export interface DrizzleFile {
  readonly tag: string;
  readonly when: number;
  readonly sql: string;
}

export function drizzleFiles(migrations: readonly DrizzleFile[], folder = 'drizzle'): Record<string, string> {
  const entries = migrations.map(({ tag, when }, idx) => ({ idx, version: '7', when, tag, breakpoints: true }));
  const journal = JSON.stringify({ version: '7', dialect: 'postgresql', entries }, null, 2);
  return {
    ...Object.fromEntries(migrations.map(({ tag, sql }) => [`${folder}/${tag}.sql`, sql])),
    [`${folder}/meta/_journal.json`]: journal,
  };
}

/** `from`: the package; 1.0 lies beside 0.x under another name. */
export function drizzleMigrate(repo: GitRepo, url: string, from = 'drizzle-orm'): string {
  const text = `
    import { drizzle } from '${from}/node-postgres';
    import { migrate } from '${from}/node-postgres/migrator';
    import pg from 'pg';
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    try {
      await migrate(from1 ? drizzle({ client }) : drizzle(client), { migrationsFolder: process.argv[1] });
    } finally {
      await client.end();
    }`.replace('from1', String(from !== 'drizzle-orm'));
  return npmModule(text, [`${repo.dir}/drizzle`], repo, url);
}
