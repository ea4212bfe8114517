import type { Report } from './model.ts';

/** A piece of a sentence: our own words, or a name that comes from SQL and is set as code. */
export type Phrase = string | { readonly name: string };

/** good: go on. bad: the answer is no. unknown: there is no answer. */
export type Mood = 'good' | 'bad' | 'unknown';

export interface Headline {
  readonly mood: Mood;
  /** The answer in one line: '2 migrations: 1 blocks writes on `orders`'. */
  readonly phrases: readonly Phrase[];
}

/** The first line of every surface. */
export function headline(report: Report): Headline {
  return { mood: report.result === 'error' ? 'unknown' : 'good', phrases: [report.result] };
}

/** As plain text; names stand in backticks. The text is not made safe for any surface. */
export function headlineText({ phrases }: Headline): string {
  return phrases.map((phrase) => (typeof phrase === 'string' ? phrase : `\`${phrase.name}\``)).join('');
}
