// npm run bench:lint [-- --family data,hidden] [--name index-plain] [--json FILE]
// Precision and recall of the built program on the labelled set (labels.json: what Postgres did to filled tables under
// load), beside plain Squawk's. Exit status: 0 all goals met, 1 not all, 2 it could not be measured.
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../../scripts/ensure-installed.mjs';
import { program } from '../lockstep.mjs';
import { serverBinaries } from '../postgres.mjs';
import { judge, table } from '../table.mjs';
import { goalRows, scoreTable, wrongOnes } from './score.mjs';
import { readLabels, readSet } from './set.mjs';
import { verdictsOf } from './verdicts.mjs';

const AT_ONCE = 2;

try {
  process.exitCode = await bench();
} catch (error) {
  console.error(`The bench cannot run: ${error.message}`);
  process.exitCode = 2;
}

async function bench() {
  const { values } = parseArgs({
    options: { family: { type: 'string' }, name: { type: 'string' }, json: { type: 'string' } },
  });
  ensureInstalled();
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes dist/`);
  const isWanted = (list, value) => list === undefined || list.split(',').includes(value);
  const wanted = readSet().filter(({ family, name }) => isWanted(values.family, family) && isWanted(values.name, name));
  const judged = await judgeAll(wanted);
  const goals = goalRows(judged).map((row) => ({ ...row, ...judge(row) }));
  console.log(`\n${wrongOnes(judged)}\n\n${scoreTable(judged)}\n\n${table(goals)}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(judged, undefined, 2)}\n`);
  return goals.some(({ ok }) => !ok) ? 1 : 0;
}

async function judgeAll(migrations) {
  const { migrations: labels } = readLabels();
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-bench-lint-')));
  const context = {
    directory,
    binaries: serverBinaries(),
    flags: ['--cache-directory', join(directory, 'bases')],
  };
  const judged = new Map();
  const one = async ({ name, family, ...migration }) => {
    const { label, because = '' } = labels[name];
    judged.set(name, { name, family, label, because, ...(await verdictsOf({ name, ...migration }, context)) });
    console.error(
      `${judged.size} of ${migrations.length}: ${name}: ${label}, lockstep says ${judged.get(name).lockstep}`,
    );
  };
  try {
    // The first alone: it leaves the base schema to the others.
    const [first, ...rest] = migrations;
    await one(first);
    const work = async () => {
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) await one(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return migrations.map(({ name }) => judged.get(name));
}
