import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../../src/report/html/page.ts';
import { PALETTES, STYLE, STYLE_HASH } from '../../../../src/report/html/style.ts';
import { passed } from '../../../fixtures/reports.ts';
import { elements } from './dom.ts';

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const GROUNDS = ['ground', 'raised', 'good-ground', 'bad-ground', 'care-ground'] as const;
const INKS = ['text', 'quiet', 'link', 'good', 'bad', 'care'] as const;

describe("the page's style", () => {
  it('is the one that its policy allows', () => {
    expect(STYLE_HASH).toBe(`sha256-${createHash('sha256').update(STYLE).digest('base64')}`);
  });

  it('reaches the browser unchanged', () => {
    expect(renderHtml(passed)).toContain(`<style>${STYLE}</style>`);
  });

  it('fetches nothing', () => {
    expect(STYLE).not.toMatch(/url\(|@import|@font-face/);
  });

  it('is the only one: no element brings its own', () => {
    expect(elements(renderHtml(passed)).filter(({ attributes }) => 'style' in attributes)).toEqual([]);
  });

  for (const [name, palette] of Object.entries(PALETTES)) {
    it.each(INKS)(`can be read in the ${name}: %s on every ground`, (ink) => {
      const weak = GROUNDS.filter((ground) => contrast(palette[ink], palette[ground]) < 4.5);
      expect(weak).toEqual([]);
    });
  }
});
