// `npm run faults`: the fault suite at its full length, on every major that is tested. LOCKSTEP_FAULTS says how many
// faults (1000), LOCKSTEP_TEST_MAJORS on which majors, LOCKSTEP_FAULTS_SEED repeats a run. Prints the sum of it all.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from './ensure-installed.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
ensureInstalled();

const folder = mkdtempSync(join(tmpdir(), 'lockstep-faults-'));
const tally = join(folder, 'tally.jsonl');
const seed = process.env.LOCKSTEP_FAULTS_SEED ?? String(Math.floor(Math.random() * 1_000_000));
const env = {
  ...process.env,
  LOCKSTEP_FAULTS: process.env.LOCKSTEP_FAULTS ?? '1000',
  LOCKSTEP_TEST_MAJORS: process.env.LOCKSTEP_TEST_MAJORS ?? '15,16,17,18',
  LOCKSTEP_FAULTS_SEED: seed,
  LOCKSTEP_FAULTS_TALLY: tally,
};
const started = Date.now();
console.log(`seed ${seed}`);
const { status } = spawnSync(
  'npx',
  [
    '--no-install',
    'vitest',
    'run',
    '--project',
    'e2e',
    '--project',
    'timed',
    '--no-file-parallelism',
    'test/e2e/faults',
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
    env,
  },
);
const lines = read(tally);
rmSync(folder, { recursive: true, force: true });
const sum = (of) => lines.reduce((total, line) => total + line[of], 0);
const [injected, survived, resolved] = [sum('injected'), sum('survived'), sum('resolved')];
const minutes = ((Date.now() - started) / 60_000).toFixed(1);
for (const what of lines.flatMap(({ notInjected }) => notInjected)) console.log(`not injected: ${what}`);
console.log(
  `\n${injected} faults injected, ${survived} survived (${resolved} of them after a resolve that was asked for), ${injected - survived} lost; seed ${seed}, ${minutes} min`,
);
process.exit(status === 0 && injected > 0 && survived === injected ? 0 : 1);

function read(path) {
  try {
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}
