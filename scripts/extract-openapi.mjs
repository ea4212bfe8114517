// Writes test/fixtures/github-openapi.json: the part of GitHub's official OpenAPI description that the stand-in in
// test/fakes/github plays. The whole description is 13 MB in a package of 404 MB, so it is no dependency: it is fetched,
// the operations below are taken out with everything they refer to, and what is only there to be read is left behind.
// Run it after changing the list or the version: node scripts/extract-openapi.mjs
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = '@octokit/openapi@23.0.2';
const INTEGRITY = 'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==';
const OUTPUT = 'test/fixtures/github-openapi.json';

const OPERATIONS = [
  'get /user',
  'get /repos/{owner}/{repo}',
  'get /repos/{owner}/{repo}/actions/runs/{run_id}',
  'post /repos/{owner}/{repo}/check-runs',
  'patch /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'get /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'get /repos/{owner}/{repo}/compare/{basehead}',
  'get /repos/{owner}/{repo}/contents/{path}',
  'get /repos/{owner}/{repo}/environments/{environment_name}',
  'get /repos/{owner}/{repo}/deployments',
  'post /repos/{owner}/{repo}/deployments',
  'get /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'get /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'delete /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'get /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'post /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'get /repos/{owner}/{repo}/pulls',
  'get /repos/{owner}/{repo}/pulls/{pull_number}',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'post /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'post /repos/{owner}/{repo}/statuses/{sha}',
];

const whole = await fetchDescription();
const paths = {};
for (const operation of OPERATIONS) {
  const [method, path] = operation.split(' ');
  const found = whole.paths[path]?.[method];
  if (found === undefined) throw new Error(`${PACKAGE} has no ${operation}`);
  paths[path] = { ...paths[path], [method]: withoutProse(found) };
}
const { openapi, info } = whole;
const extract = {
  openapi,
  info: { title: info.title, version: info.version, license: info.license },
  paths,
  components: referredTo(paths),
};
await writeFile(OUTPUT, onePerLine(extract));

async function fetchDescription() {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-openapi-'));
  const run = promisify(execFile);
  try {
    const { stdout } = await run('npm', ['pack', PACKAGE, '--json', '--pack-destination', directory]);
    const [{ filename, integrity }] = JSON.parse(stdout);
    if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} has the integrity ${integrity}`);
    const file = 'package/generated/api.github.com.json';
    await run('tar', ['-xzf', join(directory, filename), '-C', directory, file]);
    return JSON.parse(await readFile(join(directory, file), 'utf8'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Without descriptions, examples and links; a property of a schema may well be called 'description', and stays. */
function withoutProse(value, isMap = false) {
  if (Array.isArray(value)) return value.map((each) => withoutProse(each));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => isMap || !isProse(key));
  return Object.fromEntries(entries.map(([key, each]) => [key, kept(key, each, isMap)]));
}

function isProse(key) {
  const keptExtensions = ['x-github'];
  return (
    ['description', 'example', 'examples', 'summary', 'externalDocs', 'tags', 'title', 'deprecated'].includes(key) ||
    (key.startsWith('x-') && !keptExtensions.includes(key))
  );
}

function kept(key, value, isMap) {
  if (isMap) return withoutProse(value);
  // Which tokens an operation takes is all we need of it.
  if (key === 'x-github') return { enabledForGitHubApps: value.enabledForGitHubApps };
  if (key === 'enum' || key === 'default' || key === 'required') return value;
  return withoutProse(value, key === 'properties' || key === 'responses' || key === 'headers' || key === 'content');
}

/** The components that `root` needs, directly or through others. */
function referredTo(root) {
  const components = {};
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const [, kind, name] of JSON.stringify(value).matchAll(/"#\/components\/([^/"]+)\/([^/"]+)"/g)) {
      components[kind] ??= {};
      if (components[kind][name] !== undefined) continue;
      components[kind][name] = withoutProse(whole.components[kind][name]);
      pending.push(components[kind][name]);
    }
  }
  return sorted(components, (each) => sorted(each, (value) => value));
}

function sorted(map, each) {
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, each(map[key])]),
  );
}

/** Small, and yet a difference between two versions can be read: a line for each operation and each component. */
function onePerLine({ paths, components, ...rest }) {
  const block = (map, indent, each) =>
    `{\n${Object.entries(map)
      .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${each(value)}`)
      .join(',\n')}\n${indent.slice(2)}}`;
  const lines = (map) => block(map, '      ', (value) => JSON.stringify(value));
  const head = Object.entries(rest).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${[...head, `  "paths": ${block(paths, '    ', lines)}`, `  "components": ${block(components, '    ', lines)}`].join(',\n')}\n}\n`;
}
