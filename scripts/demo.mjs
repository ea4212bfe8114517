// npm run demo [-- <number or name> ...] [--keep] [--no-open]
// Shows `lockstep check` at work: makes a git repository of examples/shop, runs the command on each of its pull requests
// as a user would, and compares the verdicts with what they should be. The verdicts stay as pages in .cache/demo, which a
// browser opens where there is somebody to look. Needs Node, npm and git, nothing else: Lockstep brings Postgres itself.
// Exit status: 0 all verdicts as expected, 1 not so, 2 the demo cannot run.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyFolder, hasPage, openInBrowser, pagePath, writeIndex } from './demo-pages.mjs';
import { buildRepository, readPullRequests } from './demo-repository.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { checkOut, neutralEnvironment } from './scratch-git.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist', 'index.cjs');
const example = join(root, 'examples', 'shop');
const pages = join(root, '.cache', 'demo');

// Ctrl-C reaches the running check as well, which ends its server; what is left to do here is to tidy up.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
  });
}

try {
  process.exitCode = await demo(process.argv.slice(2));
} catch (error) {
  console.error(`\nThe demo cannot run: ${error.message}`);
  process.exitCode = 2;
}

async function demo(args) {
  const options = new Set(args.filter((arg) => arg.startsWith('--')));
  const unknown = [...options].find((option) => option !== '--keep' && option !== '--no-open');
  if (unknown) throw new Error(`there is no option ${unknown}, only --keep and --no-open`);
  const pullRequests = choose(args.filter((arg) => !options.has(arg)));
  process.chdir(root);
  ensureInstalled();
  if (!existsSync(program)) throw new Error('dist/index.cjs is missing: npm run build makes it');

  emptyFolder(pages);
  const runs = await checkAll(pullRequests, { keep: options.has('--keep') });
  if (interrupted) return 130;
  console.log(`\n${table(runs)}\n`);
  const missing = runs.map(({ pullRequest }) => pullRequest.name).filter((name) => !hasPage(pages, name));
  if (missing.length > 0) console.log(`No page was written for ${missing.join(', ')}.`);
  const address = writeIndex(pages, runs);
  if (!options.has('--no-open')) openInBrowser(address);
  console.log(`The verdicts as pages: ${address}`);
  return runs.every(({ result, pullRequest }) => result === pullRequest.expect) ? 0 : 1;
}

async function checkAll(pullRequests, { keep }) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-demo-')));
  try {
    buildRepository(example, join(directory, 'shop'));
    mkdirSync(join(directory, 'reports'));
    // Node looks for packages in the folders above, so the shop's tests find `pg` without an install of their own.
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');

    const runs = [];
    for (const pullRequest of pullRequests) {
      if (interrupted) break;
      runs.push(await check(directory, pullRequest));
    }
    return runs;
  } finally {
    if (keep) console.log(`\nKept: ${directory} (the repository in shop, the reports in reports)`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

/** The pull requests that the arguments name by number or name; all without arguments. */
function choose(wanted) {
  const all = readPullRequests(example);
  if (wanted.length === 0) return all;
  return wanted.map((word) => {
    const found = all.find(({ name }) => name === word || name.split('-', 1)[0] === word);
    if (found) return found;
    throw new Error(`there is no pull request '${word}', only ${all.map(({ name }) => name).join(', ')}`);
  });
}

async function check(directory, pullRequest) {
  const { name, title, description } = pullRequest;
  const repository = join(directory, 'shop');
  console.log(`\n━━━ ${name}: ${title} ━━━\n${description}\n`);
  // The tests run in the working tree, so it must hold the branch.
  checkOut(repository, name);
  const report = join(directory, 'reports', `${name}.json`);
  const started = performance.now();
  const range = ['--base', 'main', '--head', name, '--cache-directory', join(directory, 'bases')];
  const outputs = ['--report', report, '--html', pagePath(pages, name)];
  const status = await run(process.execPath, [program, 'check', ...range, ...outputs], repository);
  const seconds = (performance.now() - started) / 1000;
  return { pullRequest, result: verdict(status, report), seconds };
}

/** The report's result, if the exit status says the same. */
function verdict(status, report) {
  const said = { 0: 'passed', 1: 'blocked' }[status];
  const { result } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  return said !== undefined && said === result ? result : `${result ?? 'no report'}, exit status ${status}`;
}

function table(runs) {
  const rows = runs.map(({ pullRequest: { name, expect }, result, seconds }) => [
    name,
    expect,
    result,
    `${seconds.toFixed(1)} s`,
    result === expect ? 'as expected' : 'NOT AS EXPECTED',
  ]);
  const all = [['pull request', 'should be', 'is', 'time', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

/** Resolves to the exit status, or to the signal's name. */
function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: neutralEnvironment() });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
