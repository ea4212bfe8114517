import { silencedAlarms } from '../evidence-words.ts';
import { count, duration } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { link, section } from './parts.ts';
import type { View } from './view.ts';

type Rows = NonNullable<NonNullable<View['report']['rehearsal']>['rows']>;
type Row = readonly [label: string, value: string | Markup | undefined];

/** What the verdict is about and what it rests on, for those who file it. */
export function smallPrint(view: View): Markup {
  const rows = [...subject(view), ...grounds(view), ...course(view)].filter(([, value]) => value !== undefined);
  return section(
    'small-print',
    'Small print',
    html`<table class="print"><tbody>${rows.map(([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`)}</tbody></table>`,
  );
}

function subject({ report: { git, database, target, project, deployment }, links }: View): Row[] {
  const commit = (sha: string | undefined): Markup | undefined =>
    sha === undefined
      ? undefined
      : link(links && `${links.repository}/commit/${encodeURIComponent(sha)}`, html`<code>${sha}</code>`);
  return [
    ['Repository', git?.repository ?? deployment?.repository],
    ['Pull request', git?.pullRequest === undefined ? undefined : `#${git.pullRequest}`],
    ['Base', commit(git?.baseSha)],
    ['Head', git?.headSha === null ? 'the working tree' : commit(git?.headSha ?? deployment?.commit)],
    ['Subject', git?.subject ?? deployment?.title],
    ['Author', git?.author ?? deployment?.author],
    ['Merge base', commit(git?.mergeBaseSha)],
    ['Database', database ?? deployment?.database],
    ['Target', target && `${target.environment}: ${target.database} on Postgres ${target.serverVersion}`],
    [
      'Migrations',
      project && html`${count(project.migrations, 'migration')} in <code>${project.directory}</code> (${project.tool})`,
    ],
  ];
}

function grounds({ report }: View): Row[] {
  const { rehearsal, coverage } = report;
  const { baseMigrations = 0, baseFromCache, baseDurationMs = 0, durationMs = 0 } = rehearsal ?? {};
  const base = `${count(baseMigrations, 'migration')} ${baseFromCache ? 'from the cache' : 'replayed'} in ${duration(baseDurationMs)}`;
  const assumed =
    rehearsal?.versionAssumed === true
      ? ', the newest that Lockstep is tested with, since postgres_version is not set'
      : '';
  return [
    ['Looked at', `${count(coverage.files, 'file')}, ${count(coverage.statements, 'statement')}`],
    ['Postgres', rehearsal && `${rehearsal.serverVersion}${assumed}: ${rehearsal.server}`],
    ['Base schema', rehearsal && base],
    ['Evidence', silencedAlarms(report)],
    ['Rehearsal', rehearsal && duration(durationMs)],
    ['Rows', rehearsal?.rows && rowsText(rehearsal.rows)],
  ];
}

function rowsText({ filled, kept, seed, notFilled, durationMs }: Rows): Markup {
  const from = seed === true ? ", the project's own seed among them" : '';
  const missing = notFilled.map(({ table, reason }) => html`; <code>${table}</code> has none: ${reason}`);
  return html`generic ones in ${count(filled, 'table')}, ${count(kept, 'table')} had some${from}, made in ${duration(durationMs)}${missing}`;
}

function course({ report: { tool, command, result, startedAt, durationMs, timings = {} } }: View): Row[] {
  const stages = Object.entries(timings).map(([stage, ms]) => `${stage} ${duration(ms)}`);
  return [
    ['Verdict', html`<code>${result}</code>`],
    ['Started', html`<time datetime="${startedAt}">${startedAt}</time>, took ${duration(durationMs)}`],
    ['Time by stage', stages.length === 0 ? undefined : stages.join(', ')],
    ['By', `${tool.name} ${command}, version ${tool.version}`],
  ];
}
