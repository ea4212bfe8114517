import type { Session } from '../../postgres/session.ts';

/** Where a session looks for names without a schema: also in schemas that its role may not use. */
export async function schemasOfPath(
  session: Session,
): Promise<{ readonly user: string; readonly schemas: readonly string[] }> {
  const { rows } = await session.client.query<{ path: string; user: string }>(
    "SELECT pg_catalog.current_setting('search_path') AS path, current_user::text AS user",
  );
  const { path = '', user = '' } = rows[0] ?? {};
  return { user, schemas: schemasIn(path).map((schema) => (schema === '$user' ? user : schema)) };
}

/** '"$user", public' -> ['$user', 'public']. What stands without quotes has been folded to small letters when it counts. */
function schemasIn(path: string): string[] {
  return [...path.matchAll(/"((?:[^"]|"")*)"|([^",\s]+)/g)].map(([, quoted, bare = '']) =>
    quoted === undefined ? bare.toLowerCase() : quoted.replaceAll('""', '"'),
  );
}
