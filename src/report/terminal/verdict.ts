import { headline, headlineText, type Mood } from '../headline.ts';
import type { Report } from '../model.ts';
import { plainLine } from '../plain.ts';
import { duration } from '../words.ts';
import type { Paint } from './paint.ts';
import { wrap } from './text.ts';
import type { View } from './view.ts';

const SIGNS: Readonly<Record<Mood, (paint: Paint) => string>> = {
  good: ({ green }) => green('✓'),
  bad: ({ red }) => red('✗'),
  unknown: ({ yellow }) => yellow('?'),
};

/** The answer, in one line if it fits: '✗ 2 migrations: 1 blocks writes on `orders`, 1 warning (4.2 s)'. */
export function verdictLines(report: Report, { paint, width }: View): string[] {
  const told = headline(report);
  const took = ` (${duration(report.durationMs)})`;
  const [first = '', ...more] = wrap(plainLine(headlineText(told)), width - 2 - took.length).map(paint.bold);
  const lines = [`${SIGNS[told.mood](paint)} ${first}`, ...more.map((line) => `  ${line}`)];
  return lines.map((line, index) => (index === lines.length - 1 ? line + paint.dim(took) : line));
}
