import { openCounts } from '../findings.ts';
import { capitalised, headline, type Mood } from '../headline.ts';
import type { Result } from '../model.ts';
import { testsFailed } from '../outcome.ts';
import { targetParts } from '../target/parts.ts';
import { count, duration, moment, shortCommit } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { link } from './parts.ts';
import type { View } from './view.ts';

const RESULTS: Readonly<Record<Result, string>> = {
  passed: 'Passed',
  blocked: 'Blocked',
  noop: 'Nothing to do',
  planned: 'Planned',
  applied: 'Applied',
  superseded: 'Superseded',
  partial: 'Partly applied',
  failed: 'Failed',
  busy: 'Busy',
  refused: 'Refused',
  error: 'No verdict',
};

const SIGNS: Readonly<Record<Mood, string>> = { good: '✓', bad: '✗', unknown: '?' };

/** The verdict, what it is about, and the way to what it rests on. */
export function verdict(view: View, title: string | undefined): Markup {
  const { report } = view;
  const { mood, phrases } = capitalised(headline(report));
  const words = phrases.map((phrase) => (typeof phrase === 'string' ? phrase : html`<code>${phrase.name}</code>`));
  return html`
<header class="verdict ${mood}">
${title !== undefined && html`<p class="title">${title}</p>`}
<p class="result"><span aria-hidden="true">${SIGNS[mood]}</span> ${RESULTS[report.result]}</p>
<h1>${words}</h1>
<p class="subject">${subject(view)}</p>
</header>
${contents(view)}`;
}

function subject({ report, links }: View): Markup[] {
  const { git, database, target, startedAt, durationMs } = report;
  const { repository, pullRequest, headSha } = git ?? {};
  const at = links?.repository;
  return [
    ...(repository === undefined ? [] : [link(at, repository)]),
    ...(pullRequest === undefined ? [] : [link(at && `${at}/pull/${pullRequest}`, `pull request #${pullRequest}`)]),
    ...(headSha === undefined ? [] : [head(headSha, at)]),
    ...(database === undefined ? [] : [html`database ${database}`]),
    ...(target === undefined ? [] : [html`${target.environment}`]),
    html`<time datetime="${startedAt}">${moment(startedAt)}</time>`,
    html`took ${duration(durationMs)}`,
    ...(links?.run === undefined ? [] : [link(links.run, 'the run')]),
  ].map((piece) => html`<span>${piece}</span> `);
}

function head(sha: string | null, repository: string | undefined): Markup {
  if (sha === null) return html`the working tree`;
  const address = repository && `${repository}/commit/${encodeURIComponent(sha)}`;
  return html`commit ${link(address, html`<code>${shortCommit(sha)}</code>`)}`;
}

/** What there is to read, each with the way to it. */
function contents({ report }: View): Markup | undefined {
  const { blocking, warnings, notes, suppressed } = openCounts(report.findings);
  const missed = report.coverage.notAnalysed.length;
  const aboutTarget = targetParts(report, { full: true })
    .filter(({ place }) => place === 'why' || place === 'facts')
    .map(({ id, title }) => [id, title.toLowerCase()] as const);
  const entries = [
    ['migrations', report.migrations.length > 0 && count(report.migrations.length, 'migration')],
    ['block', blocking > 0 && `${count(blocking, 'finding')} ${blocking === 1 ? 'blocks' : 'block'}`],
    ['warn', warnings > 0 && count(warnings, 'warning')],
    ['info', notes > 0 && count(notes, 'note')],
    ['suppressed', suppressed > 0 && `${suppressed} suppressed`],
    ...aboutTarget,
    ['schema', (report.schemaDiff?.tables.length ?? 0) > 0 && 'schema'],
    ['tests', (report.tests?.length ?? 0) > 0 && (testsFailed(report) ? 'tests failed' : 'tests passed')],
    ['not-analysed', missed > 0 && `${count(missed, 'place')} not analysed`],
  ] as const;
  const shown = entries.filter(([, text]) => text !== false);
  if (shown.length === 0) return undefined;
  return html`<nav aria-label="On this page"><ul>${shown.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>`;
}
