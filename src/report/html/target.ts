import { hintParts } from '../hint.ts';
import type { Phrase } from '../phrases.ts';
import { type TargetLine, targetParts } from '../target/parts.ts';
import { html, type Markup } from './markup.ts';
import { code, folded, list, paragraph, section } from './parts.ts';
import type { View } from './view.ts';

const MOST_LINES = 25;

/** What the report says of the target; `first`: why nothing was done. */
export function target({ report }: View, first: boolean): Markup[] {
  return targetParts(report)
    .filter((part) => (part.first === true) === first)
    .map(({ title, what, lines }) =>
      section(
        `target-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`,
        title,
        folded(lines.map(item), MOST_LINES, `lines of ${what}`, list),
      ),
    );
}

function item({ phrases, details = [], help }: TargetLine): Markup {
  return html`${words(phrases)}${details.length > 0 && list(details.map(words))}
${help !== undefined && hintParts(help).map(({ kind, text }) => (kind === 'prose' ? paragraph(text) : code(text)))}`;
}

/** Words and names, as HTML. */
export function words(phrases: readonly Phrase[]): Markup {
  return html`${phrases.map((phrase) => (typeof phrase === 'string' ? phrase : html`<code>${phrase.name}</code>`))}`;
}
