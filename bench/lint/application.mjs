// A small application: clients with prepared statements, each asking the next thing when it has the answer to the last.
// They never reconnect. How long a query waited for a lock is what the server says, so that a busy machine is no wait.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CLIENTS } from './queries.mjs';

const CLOSE_PAUSE_MS = 2;
const FAR_PAUSE_MS = 25;
/** Between two statements of one transaction there is some computing. */
const WITHIN_MS = 2;
const PLAN_OUTDATED = '0A000';

/** Starts the clients on a database; those whose tables the migration names look closely. `rows`: keys are 1 to rows. */
export async function startApplication({ connection, rows, about }) {
  const run = { isOver: false, phase: 'before', waits: [], errors: {}, durations: new Map() };
  const starts = await Promise.all(
    CLIENTS.map(async (client) => {
      const { ask, end } = await connect(client, { connection, rows, run });
      const pause = client.tables.some((table) => about.includes(table)) ? CLOSE_PAUSE_MS : FAR_PAUSE_MS;
      return () => loop(run, pause, ask).finally(end);
    }),
  );
  const loops = starts.map((start) => start());
  return {
    enter: (phase) => {
      run.phase = phase;
    },
    stop: async () => {
      run.isOver = true;
      await Promise.all(loops);
      return run;
    },
  };
}

/** What an application that starts now finds: the errors of each query, asked once. */
export async function askAnew({ connection, rows }) {
  const run = { phase: 'anew', waits: [], errors: {}, durations: new Map() };
  for (const client of CLIENTS) {
    const { ask, end } = await connect(client, { connection, rows, run });
    await ask().finally(end);
  }
  return run.errors;
}

async function connect({ queries, isTransaction }, { connection, rows, run }) {
  const session = new pg.Client({ ...connection, user: 'app' });
  session.on('error', () => {});
  await session.connect();
  const context = { session, waited: collectWaits(session), rows, run, queries };
  return {
    ask: () => (isTransaction ? askTogether : askInTurn)(context),
    end: () => session.end().catch(() => {}),
  };
}

async function loop(run, pause, work) {
  while (!run.isOver) {
    await work();
    await sleep(pause);
  }
}

async function ask(query, context) {
  const { session, waited, rows, run, queries } = context;
  const key = query.key?.() ?? 1 + Math.floor(Math.random() * rows);
  const { phase } = run;
  const started = performance.now();
  try {
    const name = `${queries.indexOf(query)} ${session.outdated ?? 0}`;
    const prepared = { name, text: query.sql, values: [key] };
    const { rowCount } = await session.query(prepared);
    if (query.needs && rowCount === 0) count(run, 'no row', query);
  } catch (error) {
    // A reconnect would prepare it anew, and so does this.
    if (error.code === PLAN_OUTDATED) session.outdated = (session.outdated ?? 0) + 1;
    count(run, error.code ?? error.message, query);
    return false;
  } finally {
    const waitedMs = waited.take();
    // Of the phase that it ends in: what was asked a moment before the migration may wait for it.
    if (waitedMs > 0) run.waits.push({ phase: run.phase, reads: query.reads, ms: waitedMs });
    keep(run.durations, `${phase} ${query.sql}`, performance.now() - started - waitedMs);
  }
  return true;
}

async function askInTurn(context) {
  for (const query of context.queries) await ask(query, context);
}

async function askTogether(context) {
  const { session, queries } = context;
  await session.query('BEGIN');
  for (const query of queries) {
    if (!(await ask(query, context))) break;
    await sleep(WITHIN_MS);
  }
  await session.query('COMMIT');
}

/** The server tells of each wait of a millisecond or more, by the settings of the application's role. */
function collectWaits(session) {
  let sum = 0;
  session.on('notice', ({ message }) => {
    const found = /^process \d+ acquired .* after ([\d.]+) ms$/.exec(message ?? '');
    if (found) sum += Number(found[1]);
  });
  return {
    take: () => {
      const taken = sum;
      sum = 0;
      return taken;
    },
  };
}

function count({ errors, phase }, code, { sql }) {
  errors[phase] ??= {};
  errors[phase][code] ??= { times: 0, sql };
  errors[phase][code].times += 1;
}

function keep(durations, key, ms) {
  if (!durations.has(key)) durations.set(key, []);
  durations.get(key).push(ms);
}
