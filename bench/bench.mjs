// npm run bench [-- --only replay,lint,check,none,start,memory,apply,noop,contend] [--runs N] [--migrations N] [--json FILE]
// Measures the built program against what nobody can be faster than, in one run on one machine: ratios mean something
// anywhere, milliseconds only here. Exit status: 0 all goals met, 1 not all, 2 it could not be measured.
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../scripts/ensure-installed.mjs';
import { apply, noop } from './apply.mjs';
import { coldStart, largeFile, lint, noMigration, oneMigration, replay } from './check.mjs';
import { contend } from './contend.mjs';
import { program } from './lockstep.mjs';
import { serverBinaries } from './postgres.mjs';
import { judge, table } from './table.mjs';

const measurements = {
  replay,
  lint,
  check: oneMigration,
  none: noMigration,
  start: coldStart,
  memory: largeFile,
  apply,
  noop,
  contend,
};

// Ctrl-C ends the program that is being measured; that it gave no verdict ends us, in order.
process.on('SIGINT', () => {});

try {
  process.exitCode = await bench();
} catch (error) {
  console.error(`The bench cannot run: ${error.message}`);
  process.exitCode = 2;
}

async function bench() {
  const { only, runs, migrations, json } = readArguments();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  ensureInstalled();
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes dist/`);
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-bench-')));
  const context = { directory, runs, migrations, binaries: serverBinaries() };
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
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: '3' },
      /** How many `apply` has to run: less, to try the bench itself. */
      migrations: { type: 'string', default: '1000' },
      json: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? Object.keys(measurements);
  const unknown = only.find((name) => !(name in measurements));
  if (unknown !== undefined) throw new Error(`there is no '${unknown}', only ${Object.keys(measurements).join(', ')}`);
  const count = (name) => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} expects a number from 1 on`);
    return number;
  };
  return { only, runs: count('runs'), migrations: count('migrations'), json: values.json };
}

function serverOf({ binaries }) {
  return binaries ? `Postgres in ${binaries}` : "Lockstep's own Postgres";
}
