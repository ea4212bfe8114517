// Installs the dependencies when they are missing or older than the lockfile, so that one command is enough on a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Lockstep needs Node 20 or later; this is ${process.version}.`);
  process.exit(2);
}

/** Installs exactly what package-lock.json names, if it is not there yet. Ends the process when npm fails. */
export function ensureInstalled() {
  const installed = 'node_modules/.package-lock.json';
  if (existsSync(installed) && sameVersions(JSON.parse(readFileSync(installed, 'utf8')))) return;
  console.log('Installing dependencies (npm ci) ...');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
  });
  if (npm.status !== 0) {
    console.error('npm ci failed: its message stands above.');
    process.exit(2);
  }
}

function sameVersions(installed) {
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed.packages[path]?.version === version,
  );
}
