import { HTML_AMOUNTS } from '../limits.ts';
import { lineAddress } from '../links.ts';
import type { MigrationReport } from '../model.ts';
import { attemptDetails, attemptLines } from '../target/attempts.ts';
import { locks } from './locks.ts';
import { html, type Markup } from './markup.ts';
import { facts, isBad, type Remarks, remarksByPath } from './migration-facts.ts';
import { differences, folded, link, list, prose, section } from './parts.ts';
import { sqlError } from './sql-error.ts';
import { statements } from './statements.ts';
import { targetList } from './target.ts';
import type { Placed, View } from './view.ts';

/** What each migration does, how it went up and down, and its SQL. */
export function migrations(view: View): Markup {
  const all = view.migrations;
  if (all.length === 0) return html``;
  const remarks = remarksByPath(view);
  const articles = (some: readonly Placed<MigrationReport>[]): Markup =>
    html`${some.map((migration) => article(migration, remarks.get(migration.item.path), view))}`;
  // More than this, and those that went well without a remark are folded; of the others, all but as many.
  const most = HTML_AMOUNTS.migrations;
  if (all.length <= most) return section('migrations', 'Migrations', articles(all));
  const isRemarkable = ({ item }: Placed<MigrationReport>): boolean =>
    remarks.has(item.path) || isBad(item) || item.risk?.level === 'high' || item.change !== 'added';
  const quiet = all.filter((migration) => !isRemarkable(migration));
  return section('migrations', 'Migrations', [
    folded(all.filter(isRemarkable), most, 'migrations with something to tell', articles),
    folded(quiet, 0, quiet.length < all.length ? 'migrations without remark' : 'migrations', articles),
  ]);
}

function article({ item, anchor }: Placed<MigrationReport>, remarks: Remarks | undefined, view: View): Markup {
  const { id, path, why, risk, up, down, schemaDiff = [] } = item;
  const { links } = view;
  return html`
<article class="migration ${isBad(item) && 'stopped'}" id="${anchor}">
<h3><code>${id}</code></h3>
<p class="small">${link(links && lineAddress(links, path), path)}${item.previousPath !== undefined && html`, renamed from ${item.previousPath}`}</p>
<p class="facts">${facts(item, remarks, view.report.command).map(({ mood, text }) => html`<span class="${mood}">${text}</span> `)}</p>
${why !== undefined && html`<p class="text">Why: ${prose(why)}</p>`}
${risk !== undefined && risk.reasons.length > 0 && labelled(`Risk ${risk.level}`, list(risk.reasons))}
${schemaDiff.length > 0 && labelled('Schema', differences(schemaDiff))}
${tries(item)}
${up?.error && labelled(view.report.command === 'check' ? 'Up failed' : 'Error', sqlError(up.error, view))}
${down?.error && labelled('Down failed', sqlError(down.error, view))}
${down?.difference && labelled(down.status === 'irreversible' ? 'No way back' : 'After up and down', list(down.difference))}
${down?.losesData && labelled('Running down loses', list(down.losesData))}
${locks(up?.statements ?? [])}
${statements(item, links)}
</article>`;
}

/** Who was in the way of it, and each try by itself. */
function tries(migration: MigrationReport): Markup | undefined {
  const lines = attemptLines(migration);
  if (lines.length === 0) return undefined;
  const each = html`<details><summary>Each try</summary>${targetList(attemptDetails(migration))}</details>`;
  return labelled('Tries before', html`${targetList(lines)}${each}`);
}

function labelled(label: string, content: Markup): Markup {
  return html`<div class="labelled"><p class="label">${label}</p><div>${content}</div></div>`;
}
