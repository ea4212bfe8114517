// The pages of a demo: each verdict as `--html` wrote it, and one that leads to them.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Makes the folder anew: what an earlier demo left there would be taken for the verdicts of this one. */
export function emptyFolder(directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
}

/** Where the page of a pull request's verdict is to be. */
export function pagePath(directory, name) {
  return join(directory, `${name}.html`);
}

export function hasPage(directory, name) {
  const size = statSync(pagePath(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  return size > 0;
}

/** Writes the index of `runs` (each a pull request and its result) and returns its file:// address. */
export function writeIndex(directory, runs) {
  const items = runs.map((run) => item(directory, run)).join('\n');
  const file = join(directory, 'index.html');
  writeFileSync(file, document(items));
  return pathToFileURL(file).href;
}

/** Shows an address to the person who started the demo, if there is one to show it to; failures are not worth a word. */
export function openInBrowser(address) {
  const opener = openerOf(process.platform, process.env);
  if (opener === undefined || !process.stdout.isTTY || process.env.CI) return;
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}

function openerOf(platform, { DISPLAY, WAYLAND_DISPLAY }) {
  if (platform === 'darwin') return 'open';
  return platform === 'linux' && (DISPLAY || WAYLAND_DISPLAY) ? 'xdg-open' : undefined;
}

function item(directory, { pullRequest: { name, title, description, expect }, result }) {
  const written = hasPage(directory, name);
  const heading = written
    ? `<a href="${escaped(encodeURIComponent(`${name}.html`))}">${escaped(title)}</a>`
    : escaped(title);
  const sign = result === 'passed' ? '✓' : '✗';
  const unexpected = result === expect ? '' : `, but should be ${escaped(expect)}`;
  return `<li class="${result === 'passed' ? 'passed' : 'blocked'}">
<h2>${heading}</h2>
<p class="verdict">${sign} ${written ? headlineOf(pagePath(directory, name)) : escaped(result)}${unexpected}</p>
<p>${escaped(description)}</p>
${written ? '' : '<p>No page was written for it.</p>'}
</li>`;
}

/** What a page says first, as the markup that it is. */
function headlineOf(page) {
  return /<h1>(.*?)<\/h1>/s.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function document(items) {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lockstep: the demo's verdicts</title>
<style>
:root{--ground:#fff;--text:#1c2024;--link:#0b5cad;--passed:#176b34;--blocked:#b3202c}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--text:#e4e7ea;--link:#7cb4f5;--passed:#6cc98a;--blocked:#ff8f8f}}
body{max-width:44rem;margin:0 auto;padding:1.5rem 1.25rem;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem}
h2{font-size:1.1rem;margin:0}
a{color:var(--link)}
ol{list-style:none;padding:0}
li{margin:1.5rem 0;padding-left:1rem;border-left:4px solid}
li.passed{border-color:var(--passed)}
li.blocked{border-color:var(--blocked)}
p{margin:.25rem 0}
.verdict{font-weight:600}
.passed .verdict{color:var(--passed)}
.blocked .verdict{color:var(--blocked)}
</style>
</head>
<body>
<h1>What Lockstep says to the shop's pull requests</h1>
<p>Each page is what <code>lockstep check --html FILE</code> wrote for one of them.</p>
<ol>
${items}
</ol>
</body>
</html>
`;
}
