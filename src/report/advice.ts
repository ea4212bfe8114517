import type { Finding } from './model.ts';

/** How to mend what was found: the rule's own words, and SQL or YAML to paste. */

/** A help text as the rules write it: the first line is prose, the others are an example. */
export function helpParts(help: string): { readonly prose: string; readonly example: string } {
  const [prose = '', ...example] = help.trim().split(/\r?\n/);
  return { prose, example: example.join('\n') };
}

/** How to mend it, where there is no room for the example. */
export function adviceOf(help: string): string {
  return helpParts(help).prose.replace(/:$/, '.');
}

/** What an example or a suggestion is written in. */
export function languageOf(example: string): 'sql' | 'yaml' | 'text' {
  const lines = example.trim().split('\n');
  const first = lines.find((line) => !line.startsWith('#')) ?? '';
  if (/^(?:- )?[\w.-]+:(?:\s|$)/.test(first)) return 'yaml';
  return /^\S+$/.test(example.trim()) ? 'text' : 'sql';
}

/** What was made for this very place, unless the rule's words say it already. */
export function suggestionOf({ suggestion, help }: Finding): string | undefined {
  if (suggestion === undefined || suggestion.trim() === '') return undefined;
  return helpParts(help).prose.includes(suggestion) ? undefined : suggestion;
}

/**
 * The rule's example, where nothing was made for this place. It speaks of tables that the reader may not have, so it begins
 * with the words that say so.
 */
export function exampleOf({ suggestion, help }: Finding): string | undefined {
  const { example } = helpParts(help);
  if (example.trim() === '' || (suggestion !== undefined && suggestion.trim() !== '')) return undefined;
  return `${FOR_EXAMPLE[languageOf(example)]}\n${example}`;
}

const FOR_EXAMPLE = { sql: '-- for example:', yaml: '# for example:', text: 'For example:' } as const;
