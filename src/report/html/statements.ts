import { type Links, lineAddress } from '../links.ts';
import type { MigrationReport, StatementReport } from '../model.ts';
import { count, duration } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { code, link } from './parts.ts';

/** The SQL that ran, folded: statement by statement, with what each did. */
export function statements(
  all: readonly StatementReport[],
  { path }: MigrationReport,
  links: Links | undefined,
): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<details class="sql"><summary>SQL that ran: ${count(all.length, 'statement')}</summary>
${all.map((statement) => one(statement, path, links))}</details>`;
}

function one(statement: StatementReport, path: string, links: Links | undefined): Markup {
  const { line, endLine, sql, durationMs, rewrites, scans, creates, drops } = statement;
  const where = endLine > line ? `lines ${line} to ${endLine}` : `line ${line}`;
  const did = [deed('rewrites', rewrites), deed('scans', scans), deed('creates', creates), deed('drops', drops)];
  return html`<p class="small">${link(links && lineAddress(links, path, line, endLine), where)}, ${duration(durationMs)}${did}</p>
${code(sql)}
`;
}

function deed(verb: string, objects: readonly string[] | undefined): Markup | undefined {
  if (objects === undefined || objects.length === 0) return undefined;
  return html`; ${verb} ${objects.map((object, index) => html`${index > 0 && ', '}<code>${object}</code>`)}`;
}
