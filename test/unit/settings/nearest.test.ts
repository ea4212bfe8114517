import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../../src/settings/nearest.ts';

describe('nearest', () => {
  it.each([
    ['chekc', ['check', 'plan'], 'check'],
    ['--migration-directory', ['--migrations-directory', '--tool-directory'], '--migrations-directory'],
    ['--migrations_directory', ['--migrations-directory'], '--migrations-directory'],
    ['testCommand', ['tool', 'test_command'], 'test_command'],
    ['wran', ['block', 'warn', 'info'], 'warn'],
    ['bloc', ['block', 'lock'], 'block'],
  ])('finds what was meant by %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it.each([
    ['xyz', ['check']],
    ['', ['check']],
    ['anything', []],
    ['deploy', ['check', 'help']],
  ])('suggests nothing for %j', (word, candidates) => {
    expect(nearest(word, candidates)).toBeUndefined();
    expect(didYouMean(word, candidates)).toBe('');
  });

  it('is quick for an absurdly long word', () => {
    expect(nearest('x'.repeat(1_000_000), ['check'])).toBeUndefined();
  });
});
