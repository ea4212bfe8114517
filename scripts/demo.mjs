// npm run demo [-- <number or name> ...] [--only-checks | --only-deploy] [--keep] [--no-open]
// Shows Lockstep at work on a git repository that it makes of examples/shop: runs `lockstep check` on each of its pull
// requests as a user would, then merges one and deploys it to a Postgres that stands in for production; compares what comes
// of it with what should. With pull requests named, only those are checked. The verdicts stay as pages in .cache/demo,
// which a browser opens where there is somebody to look. Needs Node, npm and git, nothing else: Lockstep brings Postgres
// itself. LOCKSTEP_BUNDLE names another program than dist/index.cjs.
// Exit status: 0 all as expected, 1 not so, 2 the demo cannot run.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPullRequest } from './demo-checks.mjs';
import { deployAll } from './demo-deploy.mjs';
import { emptyFolder, hasPage, openInBrowser, writeIndex } from './demo-pages.mjs';
import { buildRepository, readPullRequests } from './demo-repository.mjs';
import { isAsExpected, table } from './demo-runs.mjs';
import { ensureInstalled } from './ensure-installed.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = resolve(process.env.LOCKSTEP_BUNDLE || join(root, 'dist', 'index.cjs'));
const example = join(root, 'examples', 'shop');
const pages = join(root, '.cache', 'demo');

const OPTIONS = ['--only-checks', '--only-deploy', '--keep', '--no-open'];

// Ctrl-C reaches the running program as well, which ends its server; what is left to do here is to tidy up.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interruption.abort());

try {
  process.exitCode = await demo(process.argv.slice(2));
} catch (error) {
  process.exitCode = interruption.signal.aborted ? 130 : 2;
  if (process.exitCode === 2) console.error(`\nThe demo cannot run: ${error.message}`);
}

async function demo(args) {
  const { options, pullRequests, deploys } = read(args);
  process.chdir(root);
  ensureInstalled();
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes dist/index.cjs`);

  const { checks, deploy } = await inScratch(options.has('--keep'), async (directory) => ({
    checks: await checkAll(directory, pullRequests),
    deploy: deploys ? await deployTo(directory) : [],
  }));
  if (interruption.signal.aborted) return 130;
  if (deploys) console.log(`\n${table('deploy', deploy)}`);
  if (pullRequests.length > 0) showPages(checks, !options.has('--no-open'));
  return [...checks, ...deploy].every(isAsExpected) ? 0 : 1;
}

function read(args) {
  const options = new Set(args.filter((arg) => arg.startsWith('--')));
  const unknown = [...options].find((option) => !OPTIONS.includes(option));
  if (unknown) throw new Error(`there is no option ${unknown}, only ${OPTIONS.join(', ')}`);
  const names = args.filter((arg) => !options.has(arg));
  const onlyDeploy = options.has('--only-deploy');
  if (onlyDeploy && (options.has('--only-checks') || names.length > 0)) {
    throw new Error('with --only-deploy nothing is checked');
  }
  return {
    options,
    pullRequests: onlyDeploy ? [] : choose(names),
    deploys: !options.has('--only-checks') && names.length === 0,
  };
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

/** Works in a new folder with the repository, which is removed afterwards. */
async function inScratch(keep, work) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `lockstep-demo-${process.pid}-`)));
  try {
    buildRepository(example, join(directory, 'shop'));
    mkdirSync(join(directory, 'reports'));
    // Node looks for packages in the folders above, so the shop's tests find `pg` without an install of their own.
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');
    return await work(directory);
  } finally {
    if (keep) console.log(`\nKept: ${directory} (the repository in shop, the reports in reports)`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

async function checkAll(directory, pullRequests) {
  if (pullRequests.length > 0) emptyFolder(pages);
  const runs = [];
  for (const pullRequest of pullRequests) {
    if (interruption.signal.aborted) break;
    runs.push(await checkPullRequest({ program, directory, pages }, pullRequest));
  }
  if (runs.length > 0 && !interruption.signal.aborted) console.log(`\n${table('pull request', runs)}`);
  return runs;
}

async function deployTo(directory) {
  const { signal } = interruption;
  return signal.aborted ? [] : deployAll({ root, program, example, directory, signal });
}

function showPages(checks, opens) {
  const missing = checks.map(({ name }) => name).filter((name) => !hasPage(pages, name));
  if (missing.length > 0) console.log(`\nNo page was written for ${missing.join(', ')}.`);
  const address = writeIndex(pages, checks);
  if (opens) openInBrowser(address);
  console.log(`\nThe verdicts as pages: ${address}`);
}
