// node bench/lint/measure.mjs [NAME ...] [--missing]
// Labels the set by what Postgres does: each migration is applied to filled tables while an application uses them, on a
// server of the bench's own. Writes labels.json; with names only theirs. Takes about twenty minutes, on a machine that is left
// alone; nothing but the labels depends on it.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serverBinaries, startServer } from '../postgres.mjs';
import { makeRole, makeTemplate, serverVersion } from './databases.mjs';
import { isSlowed, LONG_WAIT_MS, labelOf } from './label.mjs';
import { readLabels, readSet } from './set.mjs';
import { summarize } from './summary.mjs';
import { trial } from './trial.mjs';

const [MANY, FEW] = [200_000, 20_000];
const TRIES = 4;
const NEAR = { from: LONG_WAIT_MS / 2, to: 4 * LONG_WAIT_MS };

// Ctrl-C ends it in order, after the migration that is being measured.
let isInterrupted = false;
process.on('SIGINT', () => {
  isInterrupted = true;
});

const { values, positionals } = parseArgs({ options: { missing: { type: 'boolean' } }, allowPositionals: true });
const known = readLabels();
const wanted = readSet().filter(({ name }) =>
  values.missing ? !(name in known.migrations) : positionals.length === 0 || positionals.includes(name),
);
const binaries = serverBinaries();
if (binaries === undefined) throw new Error('there is no Postgres server on this machine');
const server = await startServer(binaries);
try {
  const connection = { host: server.host, port: server.port };
  await makeRole(connection);
  const version = await serverVersion(connection);
  const templates = { [MANY]: await makeTemplate(connection, MANY), [FEW]: await makeTemplate(connection, FEW) };
  for (const migration of wanted) {
    if (isInterrupted) break;
    const of = (rows) => trial(connection, templates[rows], migration, rows);
    const measured = await measure(of);
    const verdict = labelOf(measured);
    console.log(`${migration.name}: ${verdict.label}${verdict.because ? ` (${verdict.because})` : ''}`);
    known.migrations[migration.name] = { ...verdict, ...measured };
    write(known, version);
  }
} finally {
  await server.stop();
}

/**
 * Once where nobody waits and no query is slow; else twice, and where it is near the line, or not clear that the wait grows with the rows, more
 * often: of several trials the second shortest wait counts, since noise makes waits longer.
 */
async function measure(of) {
  const many = [await of(MANY)];
  if (isLong(many) || isSlowed(summarize(many))) many.push(await of(MANY));
  while (isNear(many) && many.length < TRIES) many.push(await of(MANY));
  if (!isLong(many)) return { many: summarize(many) };
  const few = [await of(FEW)];
  const isUnclear = () => labelOf({ many: summarize(many), few: summarize(few) }).label === 'safe';
  while ((isNear(many) || isUnclear()) && few.length < TRIES) few.push(await of(FEW));
  return { many: summarize(many), few: summarize(few) };
}

function isNear(trials) {
  const longest = longestOf(trials);
  return longest >= NEAR.from && longest < NEAR.to;
}

function isLong(trials) {
  return longestOf(trials) >= LONG_WAIT_MS;
}

function longestOf(trials) {
  const { read, write } = summarize(trials).waits;
  return Math.max(read, write);
}

function write({ migrations }, version) {
  const names = readSet().map(({ name }) => name);
  const about = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    postgres: version,
    rows: { many: MANY, few: FEW },
    unit: 'milliseconds',
  };
  const lines = names
    .filter((name) => name in migrations)
    .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(migrations[name])}`);
  const text = `{\n  "about": ${JSON.stringify(about)},\n  "migrations": {\n${lines.join(',\n')}\n  }\n}\n`;
  writeFileSync(fileURLToPath(new URL('labels.json', import.meta.url)), text);
}
