import { SLACK_TEXT } from '../limits.ts';
import { code, link, prose, strong } from './text.ts';

/** A piece of a line: a sentence's words, which may quote foreign text; a name or command; the line's subject; a link. */
export type Piece =
  | string
  | { readonly name: string }
  | { readonly command: string }
  | { readonly subject: string }
  /** In somebody's own words, in quotes. */
  | { readonly quote: string }
  /** `label` is ours. */
  | { readonly label: string; readonly address: string | undefined };

export type Line = readonly Piece[];

/** As Slack reads it. */
export function written(line: Line): string {
  return line.map(pieceOf).reduce((all, next) => {
    // Two spans of code that touch would be read as one, or as none.
    return all.endsWith('`') && next.startsWith('`') ? `${all} ${next}` : all + next;
  }, '');
}

function pieceOf(piece: Piece): string {
  if (typeof piece === 'string') return words(piece);
  if ('name' in piece) return code(piece.name, SLACK_TEXT.name);
  if ('command' in piece) return code(piece.command, SLACK_TEXT.command);
  if ('subject' in piece) return strong(piece.subject, SLACK_TEXT.name);
  if ('quote' in piece) return `“${prose(piece.quote, SLACK_TEXT.title)}”`;
  return link(piece.label, piece.address);
}

/** With the blanks at either end, which part it from its neighbours. */
function words(text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return `${before && ' '}${prose(inner, SLACK_TEXT.message)}${inner && after && ' '}`;
}

/** '`a`, `b` and 3 more'. `total`: how many there are besides those that are known by name. */
export function listed(names: readonly string[], total = names.length): Piece[] {
  const shown = names.slice(0, SLACK_TEXT.names);
  const left = total - shown.length;
  const pieces = shown.flatMap((name, index): Piece[] => (index === 0 ? [{ name }] : [', ', { name }]));
  return left > 0 && shown.length > 0 ? [...pieces, ` and ${left} more`] : pieces;
}
