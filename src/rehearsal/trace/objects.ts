import type { Session } from '../../postgres/session.ts';

/**
 * Objects that are no relations (functions, types, schemas, triggers, policies, ...) leave no lock on them that tells their
 * name: event triggers note what is made and dropped, in a setting of the session, which goes with a transaction that is
 * rolled back. They need a superuser to be made, and are gone before the schema is looked at.
 */

const NAME = 'lockstep_trace';

/** Where no script looks that goes through all functions of a database. */
const FUNCTION = `pg_catalog.${NAME}_note`;

/** The setting that the notes are kept in, a line each. */
export const NOTES = `pg_catalog.current_setting('${NAME}.notes', true)`;

/** Relations are followed by their locks; a default or a constraint that nobody has named goes and comes with its table. */
const LEFT_OUT = `'table', 'index', 'view', 'materialized view', 'sequence', 'foreign table', 'table column', 'default value',
  'toast table', 'rule', 'table constraint'`;

/**
 * Whatever fails in it (some commands of extensions cannot be told), the statement goes on. An object that Postgres makes or
 * drops by itself along with another one is `normal` in neither case.
 */
const INSTALL = `
  CREATE FUNCTION ${FUNCTION}() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $note$
  DECLARE notes text;
  BEGIN
    IF TG_EVENT = 'sql_drop' THEN
      SELECT string_agg('- ' || object_type || ' ' || object_identity, E'\\n') INTO notes
        FROM pg_event_trigger_dropped_objects()
        WHERE (original OR normal) AND NOT is_temporary AND object_type NOT IN (${LEFT_OUT});
    ELSE
      SELECT string_agg('+ ' || object_type || ' ' || object_identity, E'\\n') INTO notes
        FROM pg_event_trigger_ddl_commands()
        WHERE command_tag LIKE 'CREATE %' AND NOT in_extension AND schema_name IS DISTINCT FROM 'pg_temp' AND object_type NOT IN (${LEFT_OUT});
    END IF;
    IF notes IS NOT NULL THEN
      PERFORM set_config('${NAME}.notes', concat(current_setting('${NAME}.notes', true), notes, E'\\n'), false);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    NULL;
  END $note$;
  CREATE EVENT TRIGGER ${NAME}_made ON ddl_command_end EXECUTE FUNCTION ${FUNCTION}();
  CREATE EVENT TRIGGER ${NAME}_dropped ON sql_drop EXECUTE FUNCTION ${FUNCTION}()`;

/** Event triggers of the project have nothing to do with ours. */
const UNSEEN = 'SET LOCAL session_replication_role = replica';

/** Whether it could be done: the server may be one on which nobody gives us the right. */
export async function installNotes(admin: Session): Promise<boolean> {
  return admin.run(`BEGIN; ${UNSEEN}; ${INSTALL}; COMMIT`).then(
    () => true,
    async () => {
      await admin.run('ROLLBACK');
      return false;
    },
  );
}

export async function removeNotes(admin: Session): Promise<void> {
  await admin.run(`BEGIN; ${UNSEEN}; DROP EVENT TRIGGER ${NAME}_made; DROP EVENT TRIGGER ${NAME}_dropped;
    DROP FUNCTION ${FUNCTION}(); COMMIT`);
}

export interface NotedObjects {
  readonly made: readonly string[];
  readonly dropped: readonly string[];
}

/** A kind stands before each name: what a script writes there itself is never taken for a relation. */
const NOTE = /^[+-] [a-z][a-z -]* ./;

export const NO_OBJECTS: NotedObjects = { made: [], dropped: [] };

/** What has been noted since `before`, which may be undefined: nothing was yet. Names as in 'function public.total(integer)'. */
export function notedSince(before: string | undefined, now: string | undefined): NotedObjects {
  const all = now ?? '';
  // ROLLBACK TO has taken some of them back.
  if (before?.startsWith(all)) return NO_OBJECTS;
  // A script that resets its settings has thrown the notes before away.
  const news = before !== undefined && all.startsWith(before) ? all.slice(before.length) : all;
  const lines = news.split('\n').filter((line) => NOTE.test(line));
  const after = (sign: string): string[] => [
    ...new Set(lines.flatMap((line) => (line.startsWith(sign) ? [line.slice(2)] : []))),
  ];
  return { made: after('+'), dropped: after('-') };
}
