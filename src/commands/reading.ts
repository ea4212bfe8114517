import type { Session } from '../postgres/session.ts';

/**
 * Work that only reads, in a transaction that lets nothing else happen. It is rolled back in the end, so that not even a
 * setting stays.
 */
export async function readingOf<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.run(
    "BEGIN READ ONLY; SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '2min'",
  );
  try {
    return await work();
  } finally {
    await session.run('ROLLBACK').catch(() => {});
  }
}
