// node bench/lint/measure.mjs [NAME ...] [--missing]
// Labels the set by what Postgres does: each migration is applied to filled tables while an application uses them, on a
// server of the bench's own. Writes labels.json; with names only theirs. Takes about ten minutes, on a machine that is left
// alone; nothing but the labels depends on it.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serverBinaries, startServer } from '../postgres.mjs';
import { makeRole, makeTemplate } from './databases.mjs';
import { LONG_WAIT_MS, labelOf } from './label.mjs';
import { readLabels, readSet } from './set.mjs';
import { summarize } from './summary.mjs';
import { trial } from './trial.mjs';

const [MANY, FEW] = [200_000, 20_000];
/** Whoever is near the line is measured this often, and the shortest wait counts: noise only makes waits longer. */
const TRIES = 3;
const NEAR = { from: LONG_WAIT_MS, to: 4 * LONG_WAIT_MS };

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
  const templates = { [MANY]: await makeTemplate(connection, MANY), [FEW]: await makeTemplate(connection, FEW) };
  for (const migration of wanted) {
    const of = (rows) => trial(connection, templates[rows], migration, rows);
    const measured = await measure(of);
    const verdict = labelOf(measured);
    console.log(`${migration.name}: ${verdict.label}${verdict.because ? ` (${verdict.because})` : ''}`);
    known.migrations[migration.name] = { ...verdict, ...measured };
    write(known);
  }
} finally {
  await server.stop();
}

/** Once where nobody waits; else twice, near the line more often, and with few rows, too. */
async function measure(of) {
  const many = [await of(MANY)];
  if (longestOf(summarize(many)) >= LONG_WAIT_MS) many.push(await of(MANY));
  while (isNear(summarize(many)) && many.length < TRIES) many.push(await of(MANY));
  const measured = { many: summarize(many) };
  if (longestOf(measured.many) < LONG_WAIT_MS) return measured;
  return { ...measured, few: summarize(await inOrder([FEW, ...(isNear(measured.many) ? [FEW] : [])], of)) };
}

async function inOrder(list, work) {
  const results = [];
  for (const each of list) results.push(await work(each));
  return results;
}

function isNear(summary) {
  const longest = longestOf(summary);
  return longest >= NEAR.from && longest < NEAR.to;
}

function longestOf({ waits }) {
  return Math.max(waits.read, waits.write);
}

function write({ migrations }) {
  const names = readSet().map(({ name }) => name);
  const about = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    server: `Postgres in ${binaries}`,
    rows: { many: MANY, few: FEW },
    unit: 'milliseconds',
  };
  const lines = names
    .filter((name) => name in migrations)
    .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(migrations[name])}`);
  const text = `{\n  "about": ${JSON.stringify(about)},\n  "migrations": {\n${lines.join(',\n')}\n  }\n}\n`;
  writeFileSync(fileURLToPath(new URL('labels.json', import.meta.url)), text);
}
