import { plainLine } from '../plain.ts';
import { shorten } from '../shorten.ts';

/**
 * Text from file names, commits, errors and settings, made inert for Slack: it is shown as it stands, mentions nobody, links
 * nowhere and formats nothing. Lengths are those of what is sent, where `&` is five characters.
 *
 * Slack reads `<...>` as mentions and links wherever it stands, in code as well, so that `&`, `<` and `>` are escaped everywhere
 * (https://docs.slack.dev/messaging/formatting-message-text). There is no escape for what formats: a word that would be more
 * than a word is set as code, where Slack looks for nothing else. Addresses and names of channels would become links by themselves;
 * `verbatim` of the text object keeps Slack from it (blocks.ts), code those who take Slack's messages without heeding it.
 */

/** There is no way to write one inside of code. */
const BACKTICK = /`/g;
const LIKE_A_BACKTICK = '\u02cb';

/** A name, path or command as it stands, on one line. */
export function code(text: string, most: number): string {
  const content = cleanLine(text, most).replace(BACKTICK, LIKE_A_BACKTICK);
  return `\`${escaped(content === '' ? '?' : content, most - 2)}\``;
}

/** A sentence on one line. Pieces between backticks are set as code, as their authors meant. */
export function prose(text: string, most: number): string {
  const pieces = cleanLine(text, most).split(/`([^`]+)`/);
  const words = pieces.flatMap((piece, index) => (index % 2 === 1 ? [code(piece, most)] : wordsOf(piece, most)));
  let written = '';
  for (const word of words) {
    // Two spans of code that touch would be read as one, or as none.
    const next = written.endsWith('`') && word.startsWith('`') ? ` ${word}` : word;
    if (written.length + next.length > most) return `${cut(written, most)}…`;
    written += next;
  }
  return written;
}

/** Whole words that leave room for an ellipsis. */
function cut(written: string, most: number): string {
  return written.length < most ? written.trimEnd() : written.replace(/\s*(?:`[^`]*`|[^\s`]+)\s*$/, '');
}

/** Set in bold; what has marks of its own is set as code. */
export function strong(text: string, most: number): string {
  const line = cleanLine(text, most);
  return /^[\p{L}\p{N}](?:[\p{L}\p{N} ./-]*[\p{L}\p{N}])?$/u.test(line) ? `*${line}*` : code(text, most);
}

/** `label` is ours. Without an address that may be linked to it stays as it is. */
export function link(label: string, address: string | undefined): string {
  if (address === undefined || !ADDRESS.test(address)) return label;
  return `<${address.replaceAll('&', '&amp;')}|${label}>`;
}

/** What stands in an address as it is: printable ASCII, and nothing that would end the link. */
const ADDRESS = /^https?:\/\/[!#-;=?-[\]_a-z~]{1,500}$/i;

/** What Slack or one of its likes makes something of: formatting, mentions, addresses, :emoji:, links in Markdown, #channels. */
const ACTIVE = /[*_~`@]|:\/\/|www\.|mailto:|:[\w+'-]+:|\]\(|^#\w/i;

/** With the spaces between them. */
function wordsOf(text: string, most: number): string[] {
  return text
    .split(/(\s+)/)
    .filter((word) => word !== '')
    .map((word) => (ACTIVE.test(word) ? inert(word, most) : escaped(word, most)));
}

/** The punctuation round a word is the sentence's, as long as the word without it is what must not be read. */
function inert(word: string, most: number): string {
  const [, before = '', inner = '', after = ''] = /^([("'“‘]*)(.*?)([.,;:!?)"'”’]*)$/s.exec(word) ?? [];
  return ACTIVE.test(inner) && !ACTIVE.test(before + after)
    ? escaped(before, most) + code(inner, most) + escaped(after, most)
    : code(word, most);
}

function cleanLine(text: string, most: number): string {
  const well = shorten(text, most).replace(/\p{Surrogate}/gu, '\ufffd');
  return shorten(plainLine(well), most);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string, most: number): string {
  const all = text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
  // Neither an entity nor a character is halved.
  return all.length <= most ? all : `${all.slice(0, most - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/, '')}…`;
}
