import { capitalised, headline } from '../headline.ts';
import { TEXT } from '../limits.ts';
import type { Report } from '../model.ts';
import { code } from './text.ts';
import { written } from './view.ts';

const ICONS = { good: '✅', bad: '❌', unknown: '⚠️' } as const;

/** '### ❌ 2 migrations: 1 blocks writes on `orders` · `billing`' */
export function heading(report: Report): string {
  const { mood, phrases } = capitalised(headline(report));
  const database = report.database === undefined ? '' : ` · ${code(report.database, TEXT.nameInHeadline)}`;
  return `### ${ICONS[mood]} ${written(phrases)}${database}`;
}
