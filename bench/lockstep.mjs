// Runs the built program on generated projects, as a user would.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitAll, initRepository, neutralEnvironment, packObjects, startBranch } from '../scripts/scratch-git.mjs';

/** dist/index.cjs, unless LOCKSTEP_BENCH_PROGRAM names another build. */
export const program = process.env.LOCKSTEP_BENCH_PROGRAM
  ? resolve(process.env.LOCKSTEP_BENCH_PROGRAM)
  : fileURLToPath(new URL('../dist/index.cjs', import.meta.url));
const resources = fileURLToPath(new URL('resources.cjs', import.meta.url));
const MIGRATIONS = 'migrations';

/**
 * A git repository with `base` on main and `added` on the branch `change`; both are lists of { name, sql }. Where nothing is
 * added, the change is one of the README.
 */
export function makeProject(directory, { base, added }) {
  mkdirSync(join(directory, MIGRATIONS), { recursive: true });
  writeFileSync(join(directory, 'lockstep.yml'), `migrations:\n  directory: ${MIGRATIONS}\n`);
  initRepository(directory);
  writeMigrations(directory, base);
  commitAll(directory, 'The history', 1);
  startBranch(directory, 'change', 'main');
  if (added.length === 0) writeFileSync(join(directory, 'README.md'), 'Shop\n');
  const paths = writeMigrations(directory, added);
  commitAll(directory, 'The change', 2);
  packObjects(directory);
  return { directory, added: paths };
}

/** Runs `check` on a project. Returns wall time and memory with the report; throws when there is no verdict. */
export function check(project, { binaries, flags = [] }) {
  return finished(prepareCheck(project, binaries, flags), [0, 1]);
}

/** Applies the change's migrations to the database behind a URL. Returns wall time with the report; throws when it failed. */
export function apply(project, url) {
  return finished(prepare(project, applying, { TARGET: url }), [0]);
}

/** The same in a process of its own, beside others: resolves when that has ended. `at`: when, by performance.now(). */
export function startApply(project, url) {
  return ended(prepare(project, applying, { TARGET: url }), [0]);
}

/** `check` in a process of its own, beside others. Rejects when there is no verdict. */
export function startCheck(project, { binaries, flags = [] }) {
  return ended(prepareCheck(project, binaries, flags), [0, 1]);
}

async function ended({ args, options, scratch }, allowed) {
  try {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const [status] = await once(child, 'exit');
    const at = performance.now();
    if (!allowed.includes(status)) throw new Error(`it ended with status ${status}: ${stderr.trim()}`);
    return { at, ...read(scratch) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const applying = ['apply', '--head', 'change', '--database-url-env', 'TARGET', '--yes'];

function prepareCheck(project, binaries, flags) {
  const server = binaries ? { LOCKSTEP_PG_BIN: binaries } : {};
  return prepare(project, ['check', '--base', 'main', '--head', 'change', ...flags], server);
}

function prepare(project, command, env) {
  const scratch = mkdtempSync(`${project.directory}-run-`);
  const logs = command[0] === 'apply' ? ['--log-dir', join(scratch, 'logs')] : [];
  const args = [
    '--require',
    resources,
    program,
    ...command,
    '--quiet',
    '--report',
    join(scratch, 'report.json'),
    ...logs,
  ];
  const options = {
    cwd: project.directory,
    env: { ...neutralEnvironment(), LOCKSTEP_BENCH_RESOURCES: join(scratch, 'resources.json'), ...env },
  };
  return { args, options, scratch };
}

function finished({ args, options, scratch }, allowed) {
  try {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { ...options, encoding: 'utf8', maxBuffer: 2 ** 28 });
    const milliseconds = performance.now() - started;
    if (!allowed.includes(status)) throw new Error(`it ended with status ${status}: ${stderr.trim()}`);
    return { milliseconds, ...read(scratch) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function read(scratch) {
  const json = (name) => JSON.parse(readFileSync(join(scratch, name), 'utf8'));
  return { report: json('report.json'), ...json('resources.json') };
}

/** Milliseconds from starting node with these arguments to its end. */
export function timeNode(args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with status ${status}: ${stderr.trim()}`);
  return performance.now() - started;
}

function writeMigrations(directory, migrations) {
  return migrations.map(({ name, sql }) => {
    const path = join(directory, MIGRATIONS, name);
    writeFileSync(path, sql);
    return path;
  });
}
