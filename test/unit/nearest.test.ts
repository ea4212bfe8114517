import { describe, expect, it } from 'vitest';
import { didYouMean, nearest, nearestBy } from '../../src/nearest.ts';

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

describe('nearestBy', () => {
  it.each([
    ['invoice', 'invoices'],
    ['odrers', 'orders'],
    ['x', undefined],
    ['payments', undefined],
  ])('finds what has the name meant by %s: %s', (name, expected) => {
    const tables = ['users', 'orders', 'invoices', 'invoice_lines'].map((table) => ({ table }));
    expect(nearestBy(({ table }) => table, name, tables)?.table).toBe(expected);
  });

  it.each([
    ['abcd', 'abdc', 'neighbours swapped'],
    ['abcd', 'abcx', 'one replaced'],
    ['abcd', 'abc', 'one left out'],
    ['abcd', 'abcde', 'one too many'],
  ])('counts %s for %s as one slip: %s', (word, name) => {
    expect(nearestBy((each) => each, word, [name])).toBe(name);
  });

  it('takes the nearest, and the first of equals', () => {
    expect(nearestBy((each) => each, 'kittens', ['sitting', 'kitten', 'mittens'])).toBe('kitten');
  });

  it('takes nothing that is further off than a third of the letters', () => {
    expect(nearestBy((each) => each, 'kitten', ['sitting'])).toBeUndefined();
  });
});
