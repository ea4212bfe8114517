// Proves that the committed dist/ is what the sources build, byte for byte.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fresh = mkdtempSync(join(tmpdir(), 'lockstep-dist-'));
try {
  const build = spawnSync(process.execPath, ['scripts/build.mjs', fresh], { stdio: 'inherit' });
  if (build.status !== 0) process.exit(1);
  const names = [...new Set([...filesIn(fresh), ...filesIn('dist')])].sort();
  const stale = names.filter((name) => !same(join(fresh, name), join('dist', name)));
  if (stale.length > 0) {
    console.error(`dist/ is not what the sources build: ${stale.join(', ')}. Run \`npm run build\` and commit dist/.`);
    process.exit(1);
  }
  console.log(`dist/ is current (${names.join(', ')})`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

/** Paths of the files in a directory, at any depth. */
function filesIn(directory) {
  return readdirSync(directory, { recursive: true }).filter((path) => statSync(join(directory, path)).isFile());
}

function same(left, right) {
  try {
    return readFileSync(left).equals(readFileSync(right));
  } catch {
    return false;
  }
}
