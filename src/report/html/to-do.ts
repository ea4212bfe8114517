import { adviceOf } from '../advice.ts';
import type { Group } from '../findings.ts';
import { capitalised, headline, headlineText } from '../headline.ts';
import { hintParts } from '../hint.ts';
import { HTML_AMOUNTS } from '../limits.ts';
import type { Finding, Report } from '../model.ts';
import { hasStopped, testsPassed } from '../outcome.ts';
import { count } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { code, folded, list, paragraph, prose, section } from './parts.ts';
import { groups, type Placed, stillOpen, type View } from './view.ts';

const MOST_PLACES = HTML_AMOUNTS.placesToMend;

/** What has to be done before the verdict is yes, and what a person should look at. */
export function toDo(view: View): Markup {
  const { error } = view.report;
  if (error !== undefined && view.report.result === 'error')
    return section('to-do', 'What to do', failure(error, headlineText(capitalised(headline(view.report)))));
  const own = view.report.command === 'check' ? untold(view) : [];
  const steps = [...groups(stillOpen(view.findings, 'block')).map((group) => mending(group)), ...own];
  // What a target wants done is told with what it is about.
  if (view.report.command !== 'check' && steps.length + looks(view).length === 0) return html``;
  return section('to-do', 'What to do', [
    steps.length === 0
      ? html`<p>${nothing(view.report)}</p>`
      : folded(steps, HTML_AMOUNTS.rulesToMend, 'things to do', list),
    ...looks(view),
  ]);
}

function nothing(report: Report): string {
  if (report.result === 'noop') return 'Nothing: no migration changed.';
  return headline(report).mood === 'good' ? 'Nothing has to be mended.' : 'Nothing is known that could be mended here.';
}

/** One rule that says no: how to mend it, and where. */
function mending({ first, members }: Group<Placed<Finding>>): Markup {
  const where = members.slice(0, MOST_PLACES).map(({ item, anchor }, index) => {
    return html`${index > 0 && ', '}<a href="#${anchor}">${item.path}:${item.line}</a>`;
  });
  const rest = members.length - MOST_PLACES;
  const firstFolded = members[MOST_PLACES]?.anchor ?? '';
  return html`<strong>${first.title === undefined ? html`<code>${first.rule}</code>` : `${first.title}.`}</strong> ${prose(adviceOf(first.help))}
<span class="places">${where}${rest > 0 && html` and <a href="#${firstFolded}">${count(rest, 'more place')}</a>`}</span>`;
}

/** What failed without a finding that says so. */
function untold({ report, migrations, findings }: View): Markup[] {
  const told = new Set(stillOpen(findings, 'block').map(({ item }) => item.path));
  const silent = migrations.filter(({ item }) => hasStopped(item) && !told.has(item.path));
  const runs = (report.tests ?? []).filter((run) => !testsPassed(run));
  const testsTold = findings.some(({ item }) => item.rule === 'tests-fail');
  return [
    ...silent.map(({ item, anchor }) => html`Mend <a href="#${anchor}">${item.id}</a>: it failed in the rehearsal.`),
    ...(testsTold
      ? []
      : runs.map(({ command }) => html`Mend what <a href="#tests"><code>${command}</code></a> found.`)),
  ];
}

/** What does not say no, and yet wants a person's eyes. */
function looks({ report, findings }: View): Markup[] {
  const warnings = stillOpen(findings, 'warn').length;
  const missed = report.coverage.notAnalysed.length;
  return [
    ...(warnings === 0
      ? []
      : [
          html`<p>Look at <a href="#warn">${count(warnings, 'warning')}</a>: the verdict stands without ${warnings === 1 ? 'it' : 'them'}.</p>`,
        ]),
    ...(missed === 0
      ? []
      : [
          html`<p>Judge by eye what was <a href="#not-analysed">not analysed</a>: the verdict says nothing about it.</p>`,
        ]),
  ];
}

/** Why there is no verdict, and how to get one. `said`: what the page says above. */
function failure({ code: name, message, hint }: NonNullable<Report['error']>, said: string): Markup {
  return html`${!said.includes(message.trim()) && paragraph(message)}
${hintParts(hint ?? '').map(({ kind, text }) => (kind === 'prose' ? paragraph(text) : code(text)))}
<p class="small">Error <code>${name}</code></p>`;
}
