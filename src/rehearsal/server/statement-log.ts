/** Statements that a server has been sent, as its own log tells them (log_statement = all). Pure. */

/** One message of a client, which may hold several statements. */
export interface SentStatement {
  /** The backend's process id: what belongs to one session. */
  readonly session: number;
  /** With the values of its parameters in their places. */
  readonly sql: string;
  /** Whether it stood in a transaction that a message before it had opened; absent where BEGIN and COMMIT are told. */
  readonly wrapped?: boolean;
  /** What it has written into the history table, where the server tells rows instead of values in the SQL. */
  readonly values?: readonly string[];
}

/** Begins every entry of the log; a continued line begins with a tab, so that no statement can forge one. */
export const LOG_LINE_PREFIX = '%m [%p] %q%d ';

const ENTRY = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[(\d+)\] (\S+) ([A-Z]+\d?): {2}(.*)$/s;

/** What belongs to the entry before it: each backend writes one entry with all of its lines at once. */
const PARTS = new Set(['DETAIL', 'HINT', 'QUERY', 'CONTEXT', 'LOCATION', 'STATEMENT', 'BACKTRACE']);

/** What was sent to a database. */
export function sentTo(database: string, log: string): SentStatement[] {
  const sent: (SentStatement | undefined)[] = [];
  /** By session, where its last entry stands. */
  const latest = new Map<number, number>();
  for (const entry of entriesOf(log)) {
    const [, pid, name, level = '', text = ''] = ENTRY.exec(entry) ?? [];
    if (name !== database) continue;
    const session = Number(pid);
    if (!PARTS.has(level)) {
      const sql = level === 'LOG' ? /^(?:statement|execute [^:]*): (.*)$/s.exec(text)?.[1] : undefined;
      latest.set(session, sent.push(sql === undefined ? undefined : { session, sql }) - 1);
      continue;
    }
    const index = latest.get(session);
    const told = index === undefined ? undefined : sent[index];
    if (index === undefined || told === undefined) continue;
    // The server tells of a statement in no context. A function that says the same (RAISE LOG) has one.
    if (level === 'CONTEXT') sent[index] = undefined;
    else if (level === 'DETAIL' && /^parameters: /i.test(text))
      sent[index] = { ...told, sql: withParameters(told.sql, parametersIn(text)) };
  }
  return sent.filter((one) => one !== undefined);
}

function entriesOf(log: string): string[] {
  return log.split(/\n(?!\t)/).map((entry) => entry.replace(/\n\t/g, '\n'));
}

/** By number, as literals. */
function parametersIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g)].map(([, number = '', value = '']) => [number, value]),
  );
}

/** Whatever may hold a dollar sign that is no parameter: strings, quoted names, bodies, comments. */
const TOKENS =
  /\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g;

function withParameters(sql: string, values: ReadonlyMap<string, string>): string {
  return sql.replace(TOKENS, (token: string, _tag: string | undefined, number: string | undefined) =>
    number === undefined ? token : (values.get(number) ?? token),
  );
}

/** Whether a statement's values stand apart from its text. */
export function hasParameters(sql: string): boolean {
  return [...sql.matchAll(TOKENS)].some(([, , number]) => number !== undefined);
}
