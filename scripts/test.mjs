// `npm test`: everything that needs no more than Node and npm. `npm test -- system` runs one kind only.
// Ends with the names of the tests that failed and a line that counts them all, and fails when none ran: a run that looked at
// nothing is not a green one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureInstalled } from './ensure-installed.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
ensureInstalled();

const asked = process.argv.slice(2);
const kinds = asked.length > 0 ? asked : ['unit', 'integration', 'e2e', 'timed'];
const PARALLEL = ['unit', 'integration', 'e2e'];
const folder = mkdtempSync(join(tmpdir(), 'lockstep-test-'));
const started = Date.now();
let passed = 0;
let failed = 0;
let skipped = 0;
const failures = [];

if (asked.length === 0) {
  step('check', 'npm', ['run', '--silent', 'check']);
  step('check:dist', 'npm', ['run', '--silent', 'check:dist']);
}
for (const kind of kinds) {
  const results = join(folder, `${kind}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    kind,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    // Vitest leaves a processor free, which on a small machine is half of it. What measures times gets that.
    ...(PARALLEL.includes(kind) ? [`--maxWorkers=${availableParallelism()}`] : []),
  ];
  const ok = run(kind, 'npx', ['--no-install', ...args]);
  const counts = readCounts(results);
  passed += counts.passed;
  skipped += counts.skipped;
  failed += counts.failed;
  failures.push(...counts.failures);
  if (counts.passed === 0) {
    console.error(`${kind}: no test ran.`);
    failed += 1;
  } else if (!ok && counts.failed === 0) failed += 1;
}
rmSync(folder, { recursive: true, force: true });

console.log(`\n${kinds.join(', ')} in ${Math.round((Date.now() - started) / 1000)} s`);
for (const name of failures) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);

function step(name, command, args) {
  if (!run(name, command, args)) failed += 1;
}

function run(name, command, args) {
  console.log(`\n== ${name}`);
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

function readCounts(path) {
  try {
    const results = JSON.parse(readFileSync(path, 'utf8'));
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } = results;
    const names = testResults.map(({ name, status, assertionResults }) => {
      const failing = assertionResults.filter((test) => test.status === 'failed');
      const file = relative('.', name);
      // A file that could not be loaded has no tests.
      if (failing.length === 0) return status === 'failed' ? [file] : [];
      return failing.map(({ fullName }) => `${file}: ${fullName}`);
    });
    return {
      passed: numPassedTests,
      failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0),
      skipped: numPendingTests,
      failures: names.flat(),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [] };
  }
}
