// Applies a migration of the set as a deploy does: each file in its transaction, statement by statement, waiting for a
// lock no longer than five seconds.
import pg from 'pg';
import { readFile } from './set.mjs';

/** Returns how long it took and, where the server refused, its error. */
export async function migrate(connection, { files }) {
  const started = performance.now();
  for (const file of files) {
    const { statements, hasTransaction } = await readFile(file);
    // A connection for each file, so that no SET outlives its own.
    const session = new pg.Client({ ...connection, user: 'postgres' });
    await session.connect();
    try {
      await session.query("SET lock_timeout = '5s'");
      if (hasTransaction) await session.query('BEGIN');
      for (const statement of statements) await session.query(statement);
      if (hasTransaction) await session.query('COMMIT');
    } catch ({ code, message }) {
      return { ms: performance.now() - started, failed: { file: file.name, sqlstate: code, message } };
    } finally {
      await session.end();
    }
  }
  return { ms: performance.now() - started };
}
