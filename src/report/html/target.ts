import { hintParts } from '../hint.ts';
import type { Links } from '../links.ts';
import type { Phrase } from '../phrases.ts';
import { type Place, type TargetLine, type TargetPart, targetParts } from '../target/parts.ts';
import { html, type Markup } from './markup.ts';
import { code, folded, link, list, paragraph, section } from './parts.ts';
import type { View } from './view.ts';

const MOST_LINES = 25;

/** What the report says of the target at one place of it. Nothing of it is left out. */
export function target({ report, links }: View, place: Place): Markup[] {
  return targetParts(report, { full: true })
    .filter((part) => part.place === place)
    .map((part) => sectionOf(part, links));
}

function sectionOf({ id, title, what, lines }: TargetPart, links: Links | undefined): Markup {
  return section(
    id,
    title,
    folded(lines, MOST_LINES, `lines of ${what}`, (shown) => targetList(shown, links)),
  );
}

/** Lines as a list. */
export function targetList(lines: readonly TargetLine[], links?: Links): Markup {
  return html`<ul class="told">${lines.map((line) => html`<li>${item(line, links)}</li>`)}</ul>`;
}

const SIGNS = {
  bad: html`<span class="bad">✗</span> `,
  warn: html`<span class="care">!</span> `,
} as const;

function item(
  { head, phrases, pages = [], mood, details = [], help, copy }: TargetLine,
  links: Links | undefined,
): Markup {
  return html`${mood !== undefined && SIGNS[mood]}${head !== undefined && html`<code>${head}</code>: `}${words(phrases)}${pages.map(({ label, path }) => html`, ${link(links && `${links.repository}/${path}`, label)}`)}${details.length > 0 && list(details.map(words))}
${help !== undefined && hintParts(help).map(({ kind, text }) => (kind === 'prose' ? paragraph(text) : code(text)))}
${copy !== undefined && code(copy)}`;
}

/** Words and names, as HTML. */
function words(phrases: readonly Phrase[]): Markup {
  return html`${phrases.map((phrase) => (typeof phrase === 'string' ? phrase : html`<code>${phrase.name}</code>`))}`;
}
