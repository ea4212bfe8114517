import { type Headline, headline } from '../headline.ts';
import { type Amounts, TEXT } from '../limits.ts';
import { type Links, lineAddress } from '../links.ts';
import type { Finding, Report } from '../model.ts';
import { shorten } from '../shorten.ts';
import { code, link, prose } from './text.ts';

/** What every section is written with. */
export interface Page {
  readonly report: Report;
  readonly links: Links | undefined;
  readonly amounts: Amounts;
  /** Where all of it can be read that has no room here; Markdown. */
  readonly elsewhere: string;
}

const ICONS = { good: '✅', bad: '❌', unknown: '⚠️' } as const;

export const SEVERITY_ICONS: Readonly<Record<Finding['severity'], string>> = { block: '❌', warn: '⚠️', info: 'ℹ️' };

/** '### ❌ 2 migrations: 1 blocks writes on `orders` · `billing`' */
export function heading(report: Report): string {
  const told = headline(report);
  const database = report.database === undefined ? '' : ` · ${code(report.database, TEXT.nameInHeadline)}`;
  return `### ${ICONS[told.mood]} ${capital(sentence(told))}${database}`;
}

function sentence({ phrases }: Headline): string {
  return phrases
    .map((phrase) => {
      if (typeof phrase !== 'string') return code(phrase.name, TEXT.nameInHeadline);
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(phrase) ?? [];
      return `${before && ' '}${prose(words, TEXT.message)}${after && ' '}`;
    })
    .join('');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Where a line of a file can be read. undefined: there is nothing to link to. */
export function addressOf({ links }: Page, path: string, line?: number, endLine?: number): string | undefined {
  // Nobody follows a link to what is no path, and it would take the room of much else.
  if (links === undefined || path.length > TEXT.path) return undefined;
  return lineAddress(links, path.replace(/\p{Surrogate}/gu, '\ufffd'), line, endLine);
}

/** 'db/013_orders.sql:4' as code, linked to the line where there is something to link to. */
export function place(page: Page, path: string, line?: number, endLine?: number): string {
  const label = line === undefined ? shorten(path, TEXT.path) : `${shorten(path, TEXT.path)}:${line}`;
  return link(code(label, label.length), addressOf(page, path, line, endLine));
}

/** '- and 12 more findings, in the run's summary' */
export function more(what: string, { elsewhere }: Page): (left: number) => string {
  return (left) => `- and ${left} more ${left === 1 ? what : `${what}s`}, in ${elsewhere}`;
}

/** 'a, b and 3 more' */
export function firstOf(pieces: readonly string[], most: number): string {
  const left = pieces.length - most;
  return left > 0 ? `${pieces.slice(0, most).join(', ')} and ${left} more` : pieces.join(', ');
}
