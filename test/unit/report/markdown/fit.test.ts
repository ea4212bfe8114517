import { describe, expect, it } from 'vitest';
import { fitInto, type Section } from '../../../../src/report/markdown/fit.ts';

const measure = (text: string): number => text.length;
const leftOut = (what: readonly string[]): string => `without ${what.join(', ')}`;

function section(what: string, rank: number, pieces: number, rest: Partial<Section> = {}): Section {
  const texts = Array.from({ length: pieces }, (_, index) => `${what} ${index}`);
  return { what, rank, pieces: texts, more: (left) => `${left} more ${what}`, ...rest };
}

describe('sections in a limited room', () => {
  it('stand in their order, whatever their rank, and without those that are empty', () => {
    const sections = [section('b', 2, 2), section('none', 0, 0), section('a', 1, 1, { begin: '<', end: '>' })];
    expect(fitInto(sections, { most: 100, measure }, leftOut)).toBe('b 0\nb 1\n\n<a 0>');
  });

  it('say what is never shown, even when there is room', () => {
    const sections = [section('a', 1, 1, { beyond: 4 })];
    expect(fitInto(sections, { most: 100, measure }, leftOut)).toBe('a 0\n4 more a');
  });

  it('give way by rank', () => {
    const sections = [section('sql', 9, 10), section('findings', 2, 10), section('migrations', 1, 3)];
    const text = fitInto(sections, { most: 150, measure }, leftOut);
    expect(text).toContain('migrations 2\n');
    expect(text).toMatch(/findings 0\n(.*\n)*\d more findings/);
    expect(text).toMatch(/without sql$/);
  });

  it('do not starve one another, if they matter', () => {
    const sections = [section('migrations', 1, 50), section('findings', 2, 50)];
    const text = fitInto(sections, { most: 300, measure }, leftOut);
    expect(text).toContain('findings 0\n49 more findings');
    expect(text).toMatch(/migrations 9\n(.*\n)*\d+ more migrations/);
  });

  it('are no longer than the room, however small it is', () => {
    const sections = [
      section('x', 1, 30),
      section('yy', 2, 7, { begin: '<<', end: '>>', beyond: 3 }),
      section('z', 9, 1),
    ];
    const word = fitInto(sections, { most: 0, measure }, leftOut).length;
    const whole = fitInto(sections, { most: 10_000, measure }, leftOut).length;
    for (let most = word + 2; most <= whole + 10; most++) {
      expect(fitInto(sections, { most, measure }, leftOut).length).toBeLessThanOrEqual(most);
    }
  });

  it('use the room that they have', () => {
    const sections = [section('x', 1, 1_000)];
    for (const most of [200, 1_000, 3_000]) {
      expect(fitInto(sections, { most, measure }, leftOut).length).toBeGreaterThan(most - 30);
    }
  });
});
