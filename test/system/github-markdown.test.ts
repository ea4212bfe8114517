import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { renderComment } from '../../src/report/markdown/comment.ts';
import { renderSummary } from '../../src/report/markdown/summary.ts';
import { deploys } from '../fixtures/deploys.ts';
import { verdicts } from '../fixtures/verdicts.ts';
import { withTexts } from '../support/reports/free-texts.ts';
import { links, markerFor, seen, seenAs } from '../unit/report/markdown/as-github.ts';
import { full, instead, NASTY, offences } from '../unit/report/markdown/hostile.ts';

/** GitHub's own parser: what the unit tests show with another one holds for it too. */

const EXTENSIONS = ['table', 'strikethrough', 'autolink', 'tasklist', 'footnotes'];

function byGithub(markdown: string): string {
  const args = ['--unsafe', ...EXTENSIONS.flatMap((name) => ['-e', name])];
  const { stdout, error } = spawnSync('cmark-gfm', args, { input: markdown, encoding: 'utf8', maxBuffer: 1e8 });
  if (error !== undefined) throw new Error(`cmark-gfm is not installed: .ci/run installs it (${error.message})`);
  return stdout;
}

const reports = [...full, ...Object.values(verdicts)];

it.each(NASTY)('makes nothing but text of %j', (nasty) => {
  for (const report of reports) {
    const markdown = renderComment(withTexts(report, instead(nasty)), { links, marker: markerFor(report) });
    expect(offences(seenAs(byGithub(markdown)))).toEqual([]);
  }
});

it('reads each summary of a deploy as we mean it', () => {
  for (const report of Object.values(deploys)) {
    const markdown = renderSummary(report, { links });
    const names = (page: ReturnType<typeof seen>): string[] => page.elements.map(({ name }) => name);
    expect(names(seenAs(byGithub(markdown)))).toEqual(names(seen(markdown)));
  }
});

it('reads each comment as we mean it', () => {
  for (const report of Object.values(verdicts)) {
    const markdown = renderComment(report, { links, marker: markerFor(report) });
    const names = (page: ReturnType<typeof seen>): string[] => page.elements.map(({ name }) => name);
    expect(names(seenAs(byGithub(markdown)))).toEqual(names(seen(markdown)));
  }
});
