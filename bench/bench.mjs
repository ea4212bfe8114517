// npm run bench [-- --only replay,lint,check,none,start,memory] [--runs N] [--json FILE]
// Measures the built program against what nobody can be faster than, in one run on one machine: ratios mean something
// anywhere, milliseconds only here. Exit status: 0 all goals met, 1 not all, 2 it could not be measured.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../scripts/ensure-installed.mjs';
import { generateLargeMigration, generateMigrations } from './generate.mjs';
import { check, makeProject, program, timeNode } from './lockstep.mjs';
import { hasPsql, replayByPsql, serverBinaries, startServer } from './postgres.mjs';

const HISTORY = 500;
const LINTED_FILES = 1000;
const LARGE_BYTES = 20e6;
const STARTS = 10;
const MEBIBYTE = 2 ** 20;

const measurements = { replay, lint, check: oneMigration, none: noMigration, start: coldStart, memory: largeFile };

// Ctrl-C ends the program that is being measured; that it gave no verdict ends us, in order.
process.on('SIGINT', () => {});

try {
  process.exitCode = await bench();
} catch (error) {
  console.error(`The bench cannot run: ${error.message}`);
  process.exitCode = 2;
}

async function bench() {
  const { only, runs, json } = readArguments();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  ensureInstalled();
  if (!existsSync(program)) throw new Error('dist/index.cjs is missing: npm run build makes it');
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-bench-')));
  const context = { directory, runs, binaries: serverBinaries() };
  const rows = [];
  try {
    for (const name of only) {
      console.error(`measuring: ${name} ...`);
      rows.push(...(await measurements[name](context)));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const judged = rows.map((row) => ({ ...row, ...judge(row) }));
  console.log(`\n${table(judged)}\n\nMedians of ${runs} runs; Node ${process.version}, ${serverOf(context)}.`);
  if (json) writeFileSync(json, `${JSON.stringify(judged, undefined, 2)}\n`);
  return judged.some(({ ok }) => ok === false) ? 1 : 0;
}

function readArguments() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, runs: { type: 'string', default: '3' }, json: { type: 'string' } },
  });
  const only = values.only?.split(',') ?? Object.keys(measurements);
  const unknown = only.find((name) => !(name in measurements));
  if (unknown !== undefined) throw new Error(`there is no '${unknown}', only ${Object.keys(measurements).join(', ')}`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs expects a number from 1 on');
  return { only, runs, json: values.json };
}

/** The base history, as `check` builds its schema from it, against psql. */
async function replay({ directory, runs, binaries }) {
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
function lint({ directory, runs, binaries }) {
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
  const squawk = createRequire(import.meta.url).resolve(`@squawk-cli/${process.platform}-${process.arch}/bin/squawk`);
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
function oneMigration({ directory, runs, binaries }) {
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
function noMigration({ directory, binaries }) {
  const project = makeProject(join(directory, 'none'), { base: generateMigrations({ count: HISTORY }), added: [] });
  const results = repeat(STARTS, () => check(project, { binaries }));
  if (!results.every(({ report }) => report.result === 'noop'))
    throw new Error('this change should touch no migration');
  const measured = median(results.map(({ milliseconds }) => milliseconds));
  const what = `check of no migration on ${HISTORY}`;
  return [{ what, measured, floor: bareNode(), of: 'node -e 0', goal: { below: 1000 } }];
}

function bareNode() {
  return median(repeat(STARTS, () => timeNode(['-e', '0'])));
}

function coldStart() {
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

function largeFile({ directory, runs, binaries }) {
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

function repeat(times, work) {
  return Array.from({ length: times }, (_, run) => work(run));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function judge({ measured, floor, goal }) {
  const ratio = floor === undefined ? undefined : measured / floor;
  if (goal === undefined) return { ratio };
  return { ratio, ok: goal.ratio === undefined ? measured < goal.below : ratio <= goal.ratio };
}

function table(rows) {
  const number = (value, unit) => (value === undefined ? '' : `${Math.round(value)} ${unit}`);
  const cells = rows.map(({ what, measured, floor, of, ratio, goal, unit = 'ms', ok }) => [
    what,
    number(measured, unit),
    floor === undefined ? '' : `${number(floor, unit)} (${of})`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : goal.ratio === undefined ? `< ${goal.below} ${unit}` : `<= ${goal.ratio}x`,
    ok === undefined ? '' : ok ? 'ok' : 'MISSED',
  ]);
  const all = [['what', 'measured', 'floor', 'ratio', 'goal', ''], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return all.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

function serverOf({ binaries }) {
  return binaries ? `Postgres in ${binaries}` : "Lockstep's own Postgres";
}
