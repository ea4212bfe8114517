import { describe, expect, it } from 'vitest';
import { readFile, readLabels, readSet } from '../../bench/lint/set.mjs';

const set = readSet();
const { migrations: labels } = readLabels();
const count = (label: string): number => Object.values(labels).filter((one) => one.label === label).length;

describe('the labelled set', () => {
  it('has a label for each of its migrations, and for nothing else', () => {
    expect(Object.keys(labels).sort()).toEqual(set.map(({ name }) => name).sort());
  });

  it('gives no name to two migrations', () => {
    expect(new Set(set.map(({ name }) => name)).size).toBe(set.length);
  });

  it('has at least 120 migrations, dangerous and safe in about equal parts', () => {
    expect(set.length).toBeGreaterThanOrEqual(120);
    expect(count('dangerous') / count('safe')).toBeGreaterThan(0.75);
    expect(count('dangerous') / count('safe')).toBeLessThan(1.33);
  });

  it('says of each dangerous one what happened', () => {
    const silent = Object.entries(labels).filter(([, { label, because }]) => label === 'dangerous' && !because);
    expect(silent).toEqual([]);
  });

  it('is SQL in each file', async () => {
    const files = set.flatMap((migration) => migration.files);
    const read = await Promise.all(files.map(readFile));
    expect(files.filter((_, index) => read[index]?.statements.length === 0)).toEqual([]);
  });
});
