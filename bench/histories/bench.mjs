// npm run bench:histories -- --clones DIR [--sample 25] [--only owner/name,...] [--incidents] [--json FILE]
// Alarms of the built program on public histories: each sampled migration is checked as a pull request on the ones before
// it, beside plain Squawk's findings on the same file. DIR holds a clone of each as owner+name. Exit status: 0 the goal is
// met, 1 it is not, 2 it could not be measured.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { neutralEnvironment } from '../../scripts/scratch-git.mjs';
import { program } from '../lockstep.mjs';
import { serverBinaries } from '../postgres.mjs';
import { squawk } from '../squawk.mjs';
import { aligned } from '../table.mjs';
import { histories, incidents } from './histories.mjs';
import { readHistory, Stage } from './stage.mjs';

const MOST_BLOCKED = 12;

const { values } = parseArgs({
  options: {
    clones: { type: 'string' },
    sample: { type: 'string', default: '25' },
    only: { type: 'string' },
    incidents: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-histories-')));

try {
  if (values.clones === undefined) throw new Error('--clones names the folder with the clones');
  process.exitCode = values.incidents ? replayIncidents() : countAlarms();
} catch (error) {
  console.error(`The bench cannot run: ${error.message}`);
  process.exitCode = 2;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function countAlarms() {
  const judged = wanted(Object.entries(histories), ([repository]) => repository).flatMap(([repository, history]) =>
    sampled(repository, history),
  );
  console.log(`\n${alarmTable(judged)}\n\n${ruleTable(judged)}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(judged, undefined, 2)}\n`);
  const answered = judged.filter(({ error }) => error === undefined);
  if (answered.length === 0) throw new Error('nothing was judged');
  const share = (100 * answered.filter(({ block }) => block.length > 0).length) / Math.max(1, answered.length);
  console.log(`\n${share.toFixed(1)} of 100 migrations are blocked (goal: under ${MOST_BLOCKED}).`);
  return share < MOST_BLOCKED ? 0 : 1;
}

/** Evenly spread over the later nine tenths: the first migrations of a history make new tables alone. */
function sampled(repository, history) {
  const clone = cloneOf(repository);
  if (clone === undefined) return [];
  const migrations = readHistory(clone, history);
  const count = Math.min(Number(values.sample), migrations.length - 1);
  const from = Math.ceil(migrations.length / 10);
  const indices = Array.from(
    { length: count },
    (_, at) => from + Math.floor((at * (migrations.length - from)) / count),
  );
  const stage = new Stage(join(scratch, repository.replace('/', '+')), migrations, history);
  return [...new Set(indices)].map((index) => {
    const one = { repository, name: migrations[index].name, ...judge(stage, stage.commit(index)) };
    console.error(`${repository} ${one.name}: ${one.error ?? `${one.block.join(', ') || 'no block'}`}`);
    return one;
  });
}

function replayIncidents() {
  let missed = 0;
  let replayed = 0;
  for (const incident of wanted(incidents, ({ repository }) => repository)) {
    const { repository, commit, migration, what, by } = incident;
    const clone = cloneOf(repository);
    if (clone === undefined) continue;
    const history = { ...histories[repository], ...(incident.directory && { directory: incident.directory }) };
    const migrations = readHistory(clone, history, commit);
    const index = migrations.findIndex(({ name }) => migration.test(name));
    const stage = new Stage(join(scratch, `incident-${commit.slice(0, 10)}`), migrations, history);
    const { block = [], warn = [], error } = judge(stage, stage.commit(index));
    replayed += 1;
    const caught = [...block, ...warn].filter((rule) => by.includes(rule));
    if (caught.length === 0) missed += 1;
    console.log(
      `${caught.length > 0 ? 'caught' : 'MISSED'}  ${repository} ${migrations[index].name}: ${what}: ${error ?? `block ${block.join(', ') || '-'}; warn ${warn.join(', ') || '-'}`}`,
    );
  }
  if (replayed === 0) throw new Error('nothing was replayed');
  return missed === 0 ? 0 : 1;
}

function cloneOf(repository) {
  const clone = ['', '/repo']
    .map((end) => join(values.clones, `${repository.replace('/', '+')}${end}`))
    .find((path) => existsSync(join(path, 'objects')) || existsSync(join(path, '.git')));
  if (clone === undefined) console.error(`${repository}: no clone, left out`);
  return clone;
}

function wanted(list, nameOf) {
  const only = values.only?.split(',');
  return list.filter((one) => only === undefined || only.includes(nameOf(one)));
}

function judge({ directory }, { base, head, path }) {
  const report = join(scratch, 'report.json');
  rmSync(report, { force: true });
  const binaries = serverBinaries();
  const { stderr } = spawnSync(
    process.execPath,
    [program, 'check', '--base', base, '--head', head, '--quiet', '--report', report],
    {
      cwd: directory,
      encoding: 'utf8',
      env: { ...neutralEnvironment(), ...(binaries ? { LOCKSTEP_PG_BIN: binaries } : {}) },
    },
  );
  const told = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { result: 'error' };
  if (told.result === 'error') return { error: (told.error?.message ?? stderr).split('\n')[0] };
  const open = told.findings.filter(({ suppressed }) => suppressed === undefined);
  const rules = (severity) => open.flatMap((one) => (one.severity === severity ? [one.rule] : []));
  const { stdout } = spawnSync(squawk, ['--reporter', 'json', path], { cwd: directory, encoding: 'utf8' });
  const squawkRules = stdout.startsWith('[') ? JSON.parse(stdout).map(({ rule_name: rule }) => rule) : [];
  return { result: told.result, block: rules('block'), warn: rules('warn'), info: rules('info'), squawkRules };
}

function alarmTable(judged) {
  const groups = new Map();
  for (const one of judged) groups.set(one.repository, [...(groups.get(one.repository) ?? []), one]);
  const head = ['per 100 migrations', 'judged', 'unanswered', 'blocked', 'blocks', 'warned', 'flagged by squawk'];
  const row = (title, all) => {
    const some = all.filter(({ error }) => error === undefined);
    const per = (count) => ((100 * count) / Math.max(1, some.length)).toFixed(1);
    const having = (list) => some.filter((one) => list(one).length > 0).length;
    return [
      title,
      String(some.length),
      String(all.length - some.length),
      per(having(({ block }) => block)),
      per(some.reduce((sum, { block }) => sum + block.length, 0)),
      per(having(({ warn }) => warn)),
      per(having(({ squawkRules }) => squawkRules)),
    ];
  };
  return aligned([head, ...[...groups].map(([title, all]) => row(title, all)), row('all', judged)]);
}

function ruleTable(judged) {
  const counts = new Map();
  for (const severity of ['block', 'warn', 'info']) {
    for (const one of judged) {
      for (const rule of new Set(one[severity] ?? [])) {
        const of = counts.get(rule) ?? { block: 0, warn: 0, info: 0 };
        counts.set(rule, { ...of, [severity]: of[severity] + 1 });
      }
    }
  }
  const rows = [...counts].sort(([, a], [, b]) => b.block - a.block || b.warn - a.warn || b.info - a.info);
  return aligned([
    ['migrations by rule', 'block', 'warn', 'info'],
    ...rows.map(([rule, { block, warn, info }]) => [rule, String(block), String(warn), String(info)]),
  ]);
}
