import { type Links, lineAddress } from '../links.ts';
import { plain } from '../plain.ts';
import { html, type Markup } from './markup.ts';

/** The small pieces that every part of the page is made of. */

/** A link, if the address is one that a page of ours may lead to: http or https, without a password in it. */
export function link(address: string | undefined, text: string | Markup): Markup {
  const safe = address === undefined ? undefined : safeAddress(address);
  return safe === undefined ? html`${text}` : html`<a href="${safe}">${text}</a>`;
}

function safeAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const leadsOut = url.protocol === 'https:' || url.protocol === 'http:';
  return leadsOut && url.username === '' && url.password === '' ? url.href : undefined;
}

interface Position {
  readonly path: string;
  readonly line?: number | undefined;
  readonly endLine?: number | undefined;
  readonly column?: number | undefined;
}

/** 'db/013_orders.sql line 4, column 1', linked to the file where there is one to link to. */
export function place({ path, line, endLine, column }: Position, links: Links | undefined): Markup {
  const address = links === undefined ? undefined : lineAddress(links, path, line, endLine);
  return html`${link(address, html`<code>${path}</code>`)}${line !== undefined && html` <span class="lines">${lines(line, endLine, column)}</span>`}`;
}

function lines(line: number, endLine = line, column?: number): string {
  if (endLine > line) return `lines ${line} to ${endLine}`;
  return column === undefined ? `line ${line}` : `line ${line}, column ${column}`;
}

/** Prose in which `names` are set as code. */
export function prose(text: string): Markup {
  const pieces = text.split('`');
  // A backtick without its partner is one that the text is about.
  if (pieces.length % 2 === 0) return html`${text}`;
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? piece : html`<code>${piece}</code>`))}`;
}

export function paragraph(text: string): Markup {
  return html`<p class="text">${prose(text.trim())}</p>`;
}

export function code(text: string): Markup {
  return html`<pre><code>${text}</code></pre>`;
}

/** A line of SQL with its caret below the place. */
export function excerpt(text: string): Markup {
  const [source = '', caret = '', ...rest] = plain(text).split('\n');
  const at = caret.indexOf('^');
  if (at < 0 || rest.length > 0) return code(text);
  const before = source.slice(0, at);
  // Wide characters are as wide as the reader's fonts make them: there only the same text, unseen, is the right indent.
  const even = /^[\x20-\x7e…\ufffd]*$/.test(before);
  const indent = even ? caret.slice(0, at) : html`<span class="unseen" aria-hidden="true">${before}</span>`;
  return html`<pre class="excerpt"><code>${source}
${indent}<span class="caret">^</span></code></pre>`;
}

const SIGNS: Readonly<Record<string, string>> = { '+': 'added', '-': 'dropped', '~': 'changed' };

/** Lines of a difference; the sign at the beginning says what the colour says. */
export function differences(lines: readonly string[]): Markup {
  return html`<ul class="diff">${lines.map((line) => html`<li class="${SIGNS[line[0] ?? ''] ?? 'other'}">${line}</li>`)}</ul>`;
}

export function list(items: readonly (string | Markup)[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/**
 * The first ones, and the rest folded under 'n more ...': the page is quick to read, and nothing is lost. `together` makes
 * one piece of several (a list).
 */
export function folded<T>(
  items: readonly T[],
  most: number,
  what: string,
  together: (items: readonly T[]) => Markup,
): Markup {
  // To fold a single one saves nothing.
  if (items.length <= most + 1) return together(items);
  const rest = items.slice(most);
  return html`${together(items.slice(0, most))}
<details><summary>${rest.length}${most > 0 && ' more'} ${what}</summary>${together(rest)}</details>`;
}

export function section(id: string, title: string | Markup, content: Markup | readonly Markup[]): Markup {
  return html`
<section id="${id}">
<h2>${title}</h2>
${content}
</section>`;
}
