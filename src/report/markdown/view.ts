import { type Amounts, TEXT } from '../limits.ts';
import { type Links, lineAddress } from '../links.ts';
import type { Finding, Report } from '../model.ts';
import { names, type Phrase } from '../phrases.ts';
import { shorten } from '../shorten.ts';
import { code, link, prose } from './text.ts';

/** What every section is written from. */
export interface View {
  readonly report: Report;
  readonly links: Links | undefined;
  readonly amounts: Amounts;
  /** Where all of it can be read that has no room here; Markdown. */
  readonly elsewhere: string;
}

export const SEVERITY_ICONS: Readonly<Record<Finding['severity'], string>> = { block: '❌', warn: '⚠️', info: 'ℹ️' };

/** A sentence with the names of SQL in it. */
export function written(phrases: readonly Phrase[]): string {
  return phrases
    .map((phrase) => {
      if (typeof phrase !== 'string') return code(phrase.name, TEXT.nameInHeadline);
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(phrase) ?? [];
      return `${before && ' '}${prose(words, TEXT.message)}${after && ' '}`;
    })
    .join('');
}

/** '`a`, `b` and 3 more' */
export function nameList(all: readonly string[]): string {
  return written(names(all));
}

/** Where a line of a file can be read. undefined: there is nothing to link to. */
export function addressOf({ links }: View, path: string, line?: number, endLine?: number): string | undefined {
  // Nobody follows a link to what is no path, and it would take the room of much else.
  if (links === undefined || path.length > TEXT.path) return undefined;
  return lineAddress(links, path.replace(/\p{Surrogate}/gu, '\ufffd'), line, endLine);
}

/** 'db/013_orders.sql:4' as code, linked to the line where there is something to link to. */
export function place(view: View, path: string, line?: number, endLine?: number): string {
  const label = line === undefined ? shorten(path, TEXT.path) : `${shorten(path, TEXT.path)}:${line}`;
  return link(code(label, label.length), addressOf(view, path, line, endLine));
}

/** '- and 12 more findings, in the run's summary' */
export function more(what: string, { elsewhere }: View): (left: number) => string {
  return (left) => `- and ${left} more ${left === 1 ? what : `${what}s`}, in ${elsewhere}`;
}

/** 'a, b and 3 more' */
export function firstOf(pieces: readonly string[], most: number): string {
  const left = pieces.length - most;
  return left > 0 ? `${pieces.slice(0, most).join(', ')} and ${left} more` : pieces.join(', ');
}
