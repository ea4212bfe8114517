import { expect, it } from 'vitest';
import { renderSummary } from '../../../../src/report/markdown/summary.ts';
import type { Report } from '../../../../src/report/model.ts';
import { withTexts } from '../../../support/reports/free-texts.ts';
import { links, seen } from './as-github.ts';
import { full, instead, NASTY, offences } from './hostile.ts';

/** Where the others are harmless, none hides what one of them does. */

const [spaced, broken] = [NASTY.join(' '), `x${NASTY.join('\n')}`];

/** The texts that each report is spoiled with; those that say the same otherwise need not have all. */
const tries = full.map((report, index) => ({
  report,
  harmless: renderSummary(report, { links }),
  texts: index < 2 ? [spaced, broken] : [index % 2 === 0 ? spaced : broken],
}));

const nameOf = (path: string): string => path.replace(/(?:\[\])+$/, '');

function freeTextsOf(report: Report): string[] {
  const found = new Set<string>();
  withTexts(report, (text, path) => {
    found.add(nameOf(path));
    return text;
  });
  return [...found];
}

const fields = [...new Set(full.flatMap(freeTextsOf))].sort();

it.each(fields)('no text becomes anything but text in one field: %s', (field) => {
  const rendered = tries.flatMap(({ report, harmless, texts }) =>
    texts
      .map((nasty) =>
        withTexts(report, (text, path, length) => {
          return nameOf(path) === field ? instead(nasty)(text, path, length) : text;
        }),
      )
      .map((spoiled) => renderSummary(spoiled, { links }))
      .filter((markdown) => markdown !== harmless),
  );
  for (const markdown of new Set(rendered)) expect(offences(seen(markdown))).toEqual([]);
});
