import { didYouMean } from '../nearest.ts';
import { DURATION_EXPECTED, parseDuration } from './duration.ts';
import type { Option, OptionValues } from './options.ts';
import { REPOSITORY_PATH_EXPECTED, repositoryPath } from './repository-path.ts';

/** What stood in argv or in the inputs, by option name: text, not yet trusted. */
export type RawValues = ReadonlyMap<string, string>;

type Converted = { readonly value: string | number | boolean } | { readonly problem: string };

/**
 * Turns text into values and collects every problem. `nameOf` names an option as the user wrote it: `--report` or
 * `report`. A secret's text is in no message.
 */
export function convertValues(
  raw: RawValues,
  options: readonly Option[],
  nameOf: (option: Option) => string,
): { values: OptionValues; problems: string[] } {
  const values: Record<string, string | number | boolean> = {};
  const problems: string[] = [];
  for (const option of options) {
    const text = raw.get(option.name);
    if (text === undefined) continue;
    const converted = convert(option, text);
    if ('problem' in converted) problems.push(`${nameOf(option)}: ${converted.problem}`);
    else values[option.name] = converted.value;
  }
  // Each value has its option's type: `convert` is the only one that makes them.
  return { values: values as OptionValues, problems };
}

function convert(option: Option, text: string): Converted {
  switch (option.type) {
    case 'text':
    case 'path':
      return text === '' ? { problem: 'is empty' } : { value: text };
    case 'ref':
      // git would take it for an option of its own; no ref begins with '-'.
      return text === '' || text.startsWith('-')
        ? { problem: `expected a branch, tag or commit, found '${text}'` }
        : { value: text };
    case 'repository_path': {
      const path = repositoryPath(text);
      return path === undefined
        ? { problem: `expected ${REPOSITORY_PATH_EXPECTED}, found '${text}'` }
        : { value: path };
    }
    case 'boolean':
      if (/^true$/i.test(text)) return { value: true };
      return /^false$/i.test(text) ? { value: false } : { problem: `expected true or false, found '${text}'` };
    case 'duration':
      return parseDuration(text) === undefined
        ? { problem: `expected ${DURATION_EXPECTED}, found '${text}'` }
        : { value: text };
    case 'digest': {
      const digest = text.toLowerCase().replace(/^sha256:/, '');
      return /^[0-9a-f]{64}$/.test(digest)
        ? { value: digest }
        : { problem: `expected a sha256 of 64 hexadecimal digits, found '${text}'` };
    }
    case 'integer': {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      const minimum = option.minimum ?? 0;
      return number >= minimum
        ? { value: number }
        : { problem: `expected a whole number from ${minimum} on, found '${text}'` };
    }
    case 'choice': {
      const choices = option.choices ?? [];
      return choices.includes(text)
        ? { value: text }
        : { problem: `expected ${choices.join(' or ')}, found '${text}'${didYouMean(text, choices)}` };
    }
  }
}
