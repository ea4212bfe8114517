import { type Links, lineAddress } from '../links.ts';
import type { MigrationReport, StatementReport } from '../model.ts';
import { count, duration } from '../words.ts';
import { locks } from './locks.ts';
import { html, type Markup } from './markup.ts';
import { code, link } from './parts.ts';

/** The SQL that ran, folded: statement by statement, with what each did. */
export function statements({ path, up, down }: MigrationReport, links: Links | undefined): Markup {
  // The way back may stand in a file of its own.
  const back = down?.statements ?? [];
  return html`${foldedSql('SQL that ran', up?.statements ?? [], path, links)}${foldedSql('SQL of the way back', back, path, undefined, locks(back))}`;
}

function foldedSql(
  title: string,
  all: readonly StatementReport[],
  path: string,
  links: Links | undefined,
  below?: Markup,
): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<details class="sql"><summary>${title}: ${count(all.length, 'statement')}</summary>
${all.map((statement) => one(statement, path, links))}${below}</details>`;
}

function one(statement: StatementReport, path: string, links: Links | undefined): Markup {
  const { line, endLine, sql, durationMs, rewrites, scans, writes, creates, drops, invalid } = statement;
  const where = endLine > line ? `lines ${line} to ${endLine}` : `line ${line}`;
  const did = [
    deed('rewrites', rewrites),
    deed('scans', scans),
    deed('writes to', writes),
    deed('creates', creates),
    deed('drops', drops),
    deed('leaves invalid', invalid),
  ];
  return html`<p class="small">${link(links && lineAddress(links, path, line, endLine), where)}, ${duration(durationMs)}${did}</p>
${code(sql)}
`;
}

function deed(verb: string, objects: readonly string[] | undefined): Markup | undefined {
  if (objects === undefined || objects.length === 0) return undefined;
  return html`; ${verb} ${objects.map((object, index) => html`${index > 0 && ', '}<code>${object}</code>`)}`;
}
