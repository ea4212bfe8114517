import { REPOSITORY } from '../../repository.ts';
import { plain, plainLine } from '../plain.ts';
import { shorten } from '../shorten.ts';

/**
 * Text from SQL, file names, errors and tests, made inert for GitHub: it is shown as it stands, and neither Markdown nor
 * HTML nor what GitHub adds afterwards (mentions, references, links, emoji, math) makes anything of it.
 */

/** GitHub's parser counts runs of backticks only so far (cmark: 80 in code spans, 255 in fences). */
const MOST_BACKTICKS = 32;

function clean(text: string): string {
  return plain(text)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/`{33,}/g, `${'`'.repeat(MOST_BACKTICKS)}…`);
}

function cleanLine(text: string, most: number): string {
  return shorten(plainLine(clean(shorten(text, most))), most);
}

/** A name, path or piece of SQL as it stands, on one line. Nothing is linked or mentioned inside. */
export function code(text: string, most: number): string {
  const content = cleanLine(text, most);
  const fence = '`'.repeat(longestRun(content) + 1);
  const pad = content === '' || content.startsWith('`') || content.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  // Not by Math.max(...): a text may hold more runs than a call may have arguments.
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** A sentence on one line. Pieces between backticks are set as code, as their authors meant. */
export function prose(text: string, most: number): string {
  const pieces = cleanLine(text, most).split(/`([^`]+)`/);
  const written = pieces.map((piece, index) => (index % 2 === 1 ? code(piece, most) : words(piece)));
  // Two spans of code that touch would be read as one, or as none.
  const joined = written.reduce((all, next) =>
    all.endsWith('`') && next.startsWith('`') ? `${all} ${next}` : all + next,
  );
  // What would begin a list or a heading's underline at the beginning of a line.
  return joined.replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2').replace(/^[-+=]/, '\\$&');
}

function words(text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => (ACTIVE.test(word) ? inert(word) : word.replace(SPECIAL, escaped)))
    .join('');
}

/** The punctuation round a word is the sentence's, as long as the word without it is what must not be read. */
function inert(word: string): string {
  const [, before = '', inner = '', after = ''] = /^([("'“‘]*)(.*?)([.,;:!?)"'”’]*)$/s.exec(word) ?? [];
  return ACTIVE.test(inner)
    ? before + code(inner, inner.length) + after.replace(SPECIAL, escaped)
    : code(word, word.length);
}

/**
 * What GitHub makes something of outside of code, however it is escaped, because it looks at the text that Markdown has
 * left: mentions and mail addresses, #1 and GH-1, addresses, commits, :emoji:, $math$. Such a word is set as code: inert,
 * and copied as it was.
 */
const ACTIVE = /@|#\d|\bGH-\d|:\/\/|www\.|\b(?:mailto|xmpp):|\b[0-9a-f]{7,64}\b|:[\w+-]+:|\$/i;

const SPECIAL = /[\\`*_[\]<>&|~#!]/g;

function escaped(character: string): string {
  if (character === '`') return '&#96;';
  return character === '&' ? '&amp;' : `\\${character}`;
}

/** Several lines as they stand. Ends without a line break; `indent` puts it into a list's item. */
export function fenced(text: string, language: Language, most: number, indent = ''): string {
  const content = clean(shorten(text, most)).replace(/^(?:[^\S\n]*\n)+|\s+$/g, '');
  const fence = fenceFor(content);
  const lines = [`${fence}${language}`, ...content.split('\n'), fence];
  return lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
}

/** The same of what tells most at its end: a log. */
export function fencedEnd(text: string, most: number): string {
  const end = text.length <= most ? text : text.slice(-most).replace(/^[^\n]*\n/, '');
  return fenced(end, 'text', most);
}

/** What opens and closes a fence that nothing inside can close. The text is one that `lineOfFence` has made. */
export function fenceFor(text: string): string {
  return '`'.repeat(Math.max(3, longestRun(text) + 1));
}

/** One line for a fence of many pieces. */
export function lineOfFence(text: string, most: number): string {
  return cleanLine(text, most);
}

type Language = 'sql' | 'diff' | 'yaml' | 'sh' | 'text';

/** `label` is Markdown already. Without an address that may be linked to it stays as it is. */
export function link(label: string, address: string | undefined): string {
  if (address === undefined || !/^https?:\/\/[^\s<>"`\\]+$/.test(address)) return label;
  return `[${label}](<${address.replaceAll('&', '&amp;')}>)`;
}

/** Where our own docs explain a rule. undefined: the address leads elsewhere. */
export function ownDocs(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  // As a browser reads it: '/../' leads out of the repository.
  const { href } = new URL(address);
  return href.startsWith(`https://github.com/${REPOSITORY}/blob/`) ? href : undefined;
}

/** Code inside a block of HTML, where Markdown is not read. */
export function htmlCode(text: string, most: number): string {
  return `<code>${cleanLine(text, most).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`;
}

/** `summary` is HTML already, on one line; `content` is Markdown. */
export function details(summary: string, content: string, open = false): string {
  return `${detailsBegin(summary, open)}${content}${DETAILS_END}`;
}

export function detailsBegin(summary: string, open = false): string {
  return `<details${open ? ' open' : ''}>\n<summary>${summary}</summary>\n\n`;
}

export const DETAILS_END = '\n\n</details>';
