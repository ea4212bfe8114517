import { FOREIGN } from '../foreign-notice.ts';
import { HTML_AMOUNTS } from '../limits.ts';
import type { NotAnalysed, TestRun } from '../model.ts';
import { testsPassed } from '../outcome.ts';
import { count, duration } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { folded, list, paragraph, place, prose, section } from './parts.ts';
import type { View } from './view.ts';

/** What the project's tests said. */
export function tests({ report: { tests: runs = [] } }: View): Markup {
  return runs.length === 0 ? html`` : section('tests', 'Tests', runs.map(testRun));
}

function testRun(run: TestRun): Markup {
  const { phase, command, durationMs, tail } = run;
  const passed = testsPassed(run);
  return html`
<article class="test">
<h3><code>${command}</code></h3>
<p class="facts"><span class="${passed ? 'good' : 'bad'}">${passed ? '✓' : '✗'} ${ending(run)}</span> <span>after ${duration(durationMs)}</span> <span>phase ${phase}</span></p>
${tail !== undefined && html`<details${!passed && html` open`}><summary>The end of what it printed</summary><pre class="tail"><code>${tail.trimEnd()}</code></pre></details>`}
</article>`;
}

function ending({ exitCode, timedOut }: TestRun): string {
  if (timedOut === true) return 'ended by the time limit';
  if (exitCode === null) return 'ended by a signal';
  return exitCode === 0 ? 'passed' : `failed with exit status ${exitCode}`;
}

/** What was not looked at is always named, and so is that there was nothing of the kind. */
export function notAnalysed({ report, links }: View): Markup {
  const { files, statements, notAnalysed: missed } = report.coverage;
  // Of a target nothing is left out for want of analysis.
  if ((report.result === 'error' || report.command !== 'check') && missed.length === 0) return html``;
  const looked = `Looked at ${count(files, 'file')} with ${count(statements, 'statement')}`;
  if (missed.length === 0) {
    return section(
      'not-analysed',
      'Not analysed',
      html`<p>Nothing was left out. ${files === 0 ? 'No migration was there to look at' : looked}.</p>`,
    );
  }
  const one = ({ path, line, reason }: NotAnalysed): Markup => html`${place({ path, line }, links)}: ${prose(reason)}`;
  return section('not-analysed', 'Not analysed', [
    html`<p>${looked}. The verdict says nothing about:</p>`,
    folded(missed, HTML_AMOUNTS.notAnalysed, 'places', (some) => list(some.map(one))),
  ]);
}

/** What the reader should know about this run itself. */
export function notices({ report }: View): Markup {
  const all = [...(report.foreign === true ? [FOREIGN] : []), ...(report.notices ?? [])];
  if (all.length === 0) return html``;
  return section('notices', 'About this run', all.map(paragraph));
}
