// Runs the built program on generated projects, as a user would.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitAll, initRepository, neutralEnvironment, startBranch } from '../scripts/scratch-git.mjs';

export const program = fileURLToPath(new URL('../dist/index.cjs', import.meta.url));
const peakMemory = fileURLToPath(new URL('peak-memory.cjs', import.meta.url));
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
  return { directory, added: paths };
}

/** Runs `check` on a project. Returns wall time and memory with the report; throws when there is no verdict. */
export function check(project, { binaries, flags = [] }) {
  const scratch = mkdtempSync(`${project.directory}-run-`);
  const [report, memory] = [join(scratch, 'report.json'), join(scratch, 'memory')];
  try {
    const options = ['--base', 'main', '--head', 'change', '--quiet', '--report', report, ...flags];
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['--require', peakMemory, program, 'check', ...options], {
      cwd: project.directory,
      env: {
        ...neutralEnvironment(),
        LOCKSTEP_BENCH_MEMORY: memory,
        ...(binaries ? { LOCKSTEP_PG_BIN: binaries } : {}),
      },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const milliseconds = performance.now() - started;
    if (status !== 0 && status !== 1) throw new Error(`check ended with status ${status}: ${stderr.trim()}`);
    const peakBytes = existsSync(memory) ? Number(readFileSync(memory, 'utf8')) : undefined;
    return { milliseconds, peakBytes, report: JSON.parse(readFileSync(report, 'utf8')) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
