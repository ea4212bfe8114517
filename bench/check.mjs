// What `check` takes: the replay of the base history, lint, one migration, none, a large one, and the program's start.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { generateLargeMigration, generateMigrations } from './generate.mjs';
import { check, makeProject, program, timeNode } from './lockstep.mjs';
import { hasPsql, startServer } from './postgres.mjs';
import { replayByPsql } from './psql.mjs';
import { squawk } from './squawk.mjs';
import { bareNode, median, repeat, STARTS } from './statistics.mjs';

const HISTORY = 500;
const LINTED_FILES = 1000;
const LARGE_BYTES = 20e6;
const MEBIBYTE = 2 ** 20;

/** The base history, as `check` builds its schema from it, against psql. */
export async function replay({ directory, runs, binaries }) {
  const what = `replay of ${HISTORY} migrations`;
  const base = generateMigrations({ count: HISTORY + 1 });
  const project = makeProject(join(directory, 'replay'), { base: base.slice(0, HISTORY), added: base.slice(HISTORY) });
  const ours = () => check(project, { binaries, flags: ['--no-cache'] }).report.rehearsal.baseDurationMs;
  if (!hasPsql() || !binaries) {
    const missing = binaries ? 'psql' : 'a Postgres server';
    return [{ what: `${what} (no floor: ${missing} is not on this machine)`, measured: median(repeat(runs, ours)) }];
  }
  const files = base.slice(0, HISTORY).map(({ name }) => join(project.directory, 'migrations', name));
  const server = await startServer(binaries);
  try {
    // In turn, so that a busy moment of the machine meets both.
    const pairs = repeat(runs, (run) => ({ measured: ours(), floor: replayByPsql(server, files, `replay_${run}`) }));
    const measured = median(pairs.map((pair) => pair.measured));
    const floor = median(pairs.map((pair) => pair.floor));
    return [{ what, measured, floor, of: 'psql', goal: { ratio: 1.3 } }];
  } finally {
    await server.stop();
  }
}

/** The lint of many new files against Squawk's own program on the same files. */
export function lint({ directory, runs, binaries }) {
  const [first, ...rest] = generateMigrations({ count: LINTED_FILES + 1, seed: 2 });
  // What tampers with the session is kept from every database, so that the rehearsal has nothing to do and lint all of it.
  const added = rest.map(({ name, sql }) => ({ name, sql: `SET SESSION AUTHORIZATION nobody;\n${sql}` }));
  const project = makeProject(join(directory, 'lint'), { base: [first], added });
  const pairs = repeat(runs, () => {
    const { report } = check(project, { binaries, flags: ['--no-cache'] });
    return { report, floor: timeSquawk(project.added) };
  });
  return [
    {
      what: `lint of ${LINTED_FILES} files`,
      measured: median(pairs.map(({ report }) => report.timings.lint)),
      floor: median(pairs.map((pair) => pair.floor)),
      of: 'squawk',
      goal: { ratio: 3 },
    },
  ];
}

function timeSquawk(files) {
  const started = performance.now();
  const { stdout } = spawnSync(squawk, ['--reporter', 'json', '--assume-in-transaction', ...files], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const milliseconds = performance.now() - started;
  JSON.parse(stdout);
  return milliseconds;
}

/** What a reviewer waits for: one new migration on a long history. */
export function oneMigration({ directory, runs, binaries }) {
  const all = generateMigrations({ count: HISTORY + 1 });
  const project = makeProject(join(directory, 'one'), { base: all.slice(0, HISTORY), added: all.slice(HISTORY) });
  const what = `check of 1 migration on ${HISTORY}`;
  const cold = repeat(runs, () => check(project, { binaries, flags: ['--no-cache'] }));
  const kept = { binaries, flags: ['--cache-directory', join(directory, 'bases')] };
  check(project, kept);
  const warm = repeat(runs, () => check(project, kept));
  if (!warm.every(({ report }) => report.rehearsal.baseFromCache)) throw new Error('the kept base was not used');
  const time = ({ milliseconds }) => milliseconds;
  return [
    { what: `${what}, cold`, measured: median(cold.map(time)) },
    { what: `${what}, base kept`, measured: median(warm.map(time)), goal: { below: 1500 } },
    memoryRow(`${what}, base kept: memory`, warm),
  ];
}

/** What most pull requests wait for: none of the files of a long history has changed. */
export function noMigration({ directory, binaries }) {
  const project = makeProject(join(directory, 'none'), { base: generateMigrations({ count: HISTORY }), added: [] });
  const results = repeat(STARTS, () => check(project, { binaries }));
  if (!results.every(({ report }) => report.result === 'noop'))
    throw new Error('this change should touch no migration');
  const measured = median(results.map(({ milliseconds }) => milliseconds));
  const what = `check of no migration on ${HISTORY}`;
  return [{ what, measured, floor: bareNode(), of: 'node -e 0', goal: { below: 1000 } }];
}

export function coldStart() {
  const floor = bareNode();
  const row = (what, args, goal) => ({
    what,
    measured: median(repeat(STARTS, () => timeNode([program, ...args]))),
    floor,
    of: 'node -e 0',
    ...(goal ? { goal } : {}),
  });
  return [row('--version', ['--version'], { below: 100 }), row('help check', ['help', 'check'])];
}

export function largeFile({ directory, runs, binaries }) {
  const added = [{ name: '0002_import_rows.sql', sql: generateLargeMigration({ bytes: LARGE_BYTES }) }];
  const project = makeProject(join(directory, 'large'), { base: generateMigrations({ count: 1 }), added });
  const results = repeat(runs, () => check(project, { binaries, flags: ['--no-cache'] }));
  const what = `check of a ${LARGE_BYTES / 1e6} MB migration`;
  return [
    { what, measured: median(results.map(({ milliseconds }) => milliseconds)) },
    memoryRow(`${what}: memory`, results),
  ];
}

function memoryRow(what, results) {
  return { what, measured: median(results.map(({ peakBytes }) => peakBytes)) / MEBIBYTE, unit: 'MiB' };
}
