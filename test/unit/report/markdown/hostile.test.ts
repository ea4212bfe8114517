import { describe, expect, it } from 'vitest';
import { renderComment } from '../../../../src/report/markdown/comment.ts';
import { readMarker } from '../../../../src/report/markdown/marker.ts';
import { renderSummary } from '../../../../src/report/markdown/summary.ts';
import type { Report } from '../../../../src/report/model.ts';
import { plain, plainLine } from '../../../../src/report/plain.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { verdicts } from '../../../fixtures/verdicts.ts';
import { allProperties, propertiesOf, withTexts } from '../../../support/reports/free-texts.ts';
import { links, markerFor, seen } from './as-github.ts';
import { full, instead, NASTY, offences } from './hostile.ts';

/** What is shown, and where, depends on the verdict. */
const { clean, warned, lock, historyEdited, noop, errored } = verdicts;
const { plannedWithBlockers, planRefused, appliedAfterTries, partialFile, status, unreachable } = deploys;
const reports: readonly Report[] = [
  ...full,
  ...[clean, warned, lock, historyEdited, noop, errored],
  ...[plannedWithBlockers, planRefused, appliedAfterTries, partialFile, status, unreachable],
];

describe('no text of a report becomes anything but text', () => {
  it.each(NASTY)('in all fields at once: %j', (nasty) => {
    for (const report of reports) {
      const markdown = renderComment(withTexts(report, instead(nasty)), { links, marker: markerFor(report) });
      const page = seen(markdown);
      expect(markdown).toBe(plain(markdown));
      expect(offences(page)).toEqual([]);
      const shown = plainLine(nasty.replace(/\p{Surrogate}/gu, '\ufffd'));
      if (!nasty.includes('`')) expect(squeezed(page.text)).toContain(squeezed(shown));
    }
  });

  it('is tried with every property that a report can have', () => {
    const tried = new Set(reports.flatMap((report) => propertiesOf(report)));
    expect(allProperties().filter((name) => !tried.has(name))).toEqual([]);
  });
});

describe('a monstrous text', () => {
  it.each([
    ['words', 'word '],
    ['a word', 'x'],
    ['backticks', '`'],
    ['backticks and words', '`a'],
    ['what is escaped', '&*_'],
    ['emoji', '🙂'],
    ['wide characters', '漢'],
    ['mentions', '@a '],
    ['lines', 'x\n'],
    ['empty lines', '\n'],
  ])('of %s in all fields at once keeps to the limit, and halves no character', (_, piece) => {
    const text = piece.repeat(20_000);
    for (const report of reports) {
      const spoiled = withTexts(report, instead(text));
      for (const limit of [3_000, 10_000, 60_000]) {
        const marker = markerFor(report);
        const comment = renderComment(spoiled, { links, marker, limit });
        expect(comment.length).toBeLessThanOrEqual(limit);
        expect(readMarker(comment)).toEqual(marker);
        expect(comment).not.toMatch(/\p{Surrogate}/u);
        expect(comment).toContain('\n### ');
      }
      expect(Buffer.byteLength(renderSummary(spoiled, { links }))).toBeLessThan(1_048_576);
    }
  });
});

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ');
}
