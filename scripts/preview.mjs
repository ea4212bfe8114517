// node scripts/preview.mjs [folder] [report.json ...]
// node scripts/preview.mjs --picture FILE.png
// Shows the pull request's comment and the job's summary as GitHub would: renders each sample report (or the given ones)
// to Markdown, that to HTML in GitHub's own stylesheet, light and dark, and takes pictures when a chromium is on the PATH:
// as wide as a comment, and as a phone. Writes nowhere but into the folder (default: a new one, whose name it says).
// With --picture: the one picture of the comment on a pull request of the example, checked by the sources as they are.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { reportOfExample } from './preview-example.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const wantsPicture = args[0] === '--picture';
if (wantsPicture && args[1] === undefined) throw new Error('--picture needs the name of a file');
const [target, ...files] = args.slice(wantsPicture ? 1 : 0).map((path) => resolve(path));
const folder = wantsPicture || target === undefined ? mkdtempSync(join(tmpdir(), 'lockstep-preview-')) : target;
mkdirSync(folder, { recursive: true });

const { renderComment, renderSummary, verdicts, deploys } = await sources();
const styles = (theme) =>
  readFileSync(createRequire(import.meta.url).resolve(`github-markdown-css/github-markdown-${theme}.css`), 'utf8');
const themes = { light: styles('light'), dark: styles('dark') };
const pictures = [
  { surface: 'comment', theme: 'light', size: 'wide', width: 780 },
  { surface: 'comment', theme: 'dark', size: 'phone', width: 390 },
  { surface: 'summary', theme: 'light', size: 'wide', width: 1000 },
];
const icons = {
  '✅': ['#1a7f37', '✓'],
  '❌': ['#d1242f', '✗'],
  '⚠️': ['#bf8700', '!'],
  ℹ️: ['#0969da', 'i'],
  '⚪': ['#818b98', '–'],
};

if (wantsPicture) pictureOfExample(target);
else {
  const reports =
    files.length === 0
      ? Object.entries({ ...verdicts, ...deploys })
      : files.map((file) => [basename(file, '.json'), read(file)]);
  for (const [name, report] of reports) preview(name, report);
  console.log(folder);
}

function preview(name, report) {
  for (const [surface, markdown] of Object.entries(surfacesOf(report))) {
    writeFileSync(join(folder, `${name}.${surface}.md`), markdown);
    for (const [theme, style] of Object.entries(themes)) {
      const page = join(folder, `${name}.${surface}.${theme}.html`);
      writeFileSync(page, pageOf(markdown, theme, style));
      const wanted = pictures.filter((picture) => picture.surface === surface && picture.theme === theme);
      for (const { size, width } of wanted) picture(page, `${page.slice(0, -5)}.${size}.png`, width);
    }
  }
}

function pictureOfExample(file) {
  preview('example', reportOfExample(root));
  const made = join(folder, 'example.comment.light.wide.png');
  if (!existsSync(made)) throw new Error('no picture was taken: there must be a chromium on the PATH');
  copyFileSync(made, file);
  rmSync(folder, { recursive: true, force: true });
  console.log(file);
}

function surfacesOf(report) {
  const repository = 'https://github.com/acme/shop';
  const links = {
    repository,
    commit: report.git?.headSha ?? 'main',
    run: `${repository}/actions/runs/1234/attempts/1`,
  };
  const { result } = report;
  const marker = { v: 1, scope: '', run: 1234, attempt: 1, head: links.commit, result, blocking: 0, findings: 0 };
  const summary = renderSummary(report, { links });
  // Only a check has a comment.
  return report.command === 'check' ? { comment: renderComment(report, { links, marker }), summary } : { summary };
}

function pageOf(markdown, theme, style) {
  const html = micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  // A headless machine has no emoji.
  const body = html.replace(
    /✅|❌|⚠️|ℹ️|⚪/gu,
    (icon) => `<span class="icon" style="background:${icons[icon][0]}">${icons[icon][1]}</span>`,
  );
  const dark = theme === 'dark';
  return `<!doctype html><meta charset="utf-8"><style>${style}
body { margin: 0; padding: 12px; background: ${dark ? '#0d1117' : '#fff'}; }
.comment {  border: 1px solid ${dark ? '#3d444d' : '#d1d9e0'}; border-radius: 6px; font-family: sans-serif; }
.author { padding: 8px 16px; font-size: 14px; color: #59636e; background: ${dark ? '#151b23' : '#f6f8fa'}; border-bottom: inherit; }
.markdown-body { padding: 16px; font-size: 14px; }
.icon { display: inline-block; width: 1.2em; line-height: 1.2em; border-radius: 3px; color: #fff; text-align: center; font-weight: bold; }
</style><div class="comment"><div class="author"><b>github-actions</b> bot commented now</div><div class="markdown-body">${body}</div></div>`;
}

/** The whole page: as high as it is at this width. */
function picture(page, image, width) {
  const frame = `${image.slice(0, -4)}.frame.html`;
  const measure = `<script>onload = () => { document.title = frames[0].document.documentElement.scrollHeight }</script>`;
  // Headless windows are not narrower than 500 pixels: a frame is.
  const framed = (height) =>
    `<!doctype html><title>1000</title><body style="margin:0">${measure}<iframe src="${basename(page)}" style="display:block;border:0;width:${width}px;height:${height}px"></iframe>`;
  writeFileSync(frame, framed(100));
  const measured = /<title>(\d+)/.exec(chromium(['--dump-dom', '--virtual-time-budget=2000'], frame));
  const height = measured?.[1] ?? 1000;
  writeFileSync(frame, framed(height));
  chromium([`--screenshot=${image}`, `--window-size=${Math.max(width, 500)},${height}`], frame);
  rmSync(frame);
}

function chromium(options, page) {
  const profile = mkdtempSync(join(tmpdir(), 'lockstep-chromium-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--allow-file-access-from-files',
    `--user-data-dir=${profile}`,
  ];
  const { stdout } = spawnSync('chromium', [...flags, ...options, pathToFileURL(page).href], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  rmSync(profile, { recursive: true, force: true });
  return stdout ?? '';
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The sources are TypeScript, so they are bundled first; Node 20 runs no types. */
async function sources() {
  const contents = `export { renderComment } from './src/report/markdown/comment.ts';
export { renderSummary } from './src/report/markdown/summary.ts';
export { deploys } from './test/fixtures/deploys.ts';
export { verdicts } from './test/fixtures/verdicts.ts';`;
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}
