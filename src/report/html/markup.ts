import { plain } from '../plain.ts';

/** Markup that may stand in a page as it is. Only this file makes it, so text from a report can never pass for it. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** What a template may hold: text of any origin, markup, lists of both. undefined and false leave nothing. */
export type Content = string | number | Markup | undefined | false | readonly Content[];

/** A template whose contents are text unless they are markup. Attributes stand in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? '';
  for (const [index, content] of contents.entries()) text += markupOf(content) + (parts[index + 1] ?? '');
  return new Markup(text);
}

/** Our own text, not to be escaped: the page's style. */
export function raw(text: string): Markup {
  return new Markup(text);
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number' || content instanceof Markup) return String(content);
  return content.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Nothing that a browser would obey: neither as markup, nor as a control character. */
function escaped(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
