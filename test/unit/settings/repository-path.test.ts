import { describe, expect, it } from 'vitest';
import { repositoryPath } from '../../../src/settings/repository-path.ts';

describe('a path inside the repository', () => {
  it.each([
    ['db/migrations', 'db/migrations'],
    ['./db//migrations/', 'db/migrations'],
    ['.', '.'],
    ['./', '.'],
    ['größe/ä b', 'größe/ä b'],
    ['..hidden/x', '..hidden/x'],
  ])('%s is %s', (text, expected) => {
    expect(repositoryPath(text)).toBe(expected);
  });

  it.each(['', '/etc', '../other', 'db/../../x', 'db\\migrations', 'a\nb', 'a\0b'])('%j is none', (text) => {
    expect(repositoryPath(text)).toBeUndefined();
  });
});
