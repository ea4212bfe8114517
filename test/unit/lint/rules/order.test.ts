import { describe, expect, test } from 'vitest';
import { orderOfMigrations } from '../../../../src/lint/rules/order.ts';
import type { LintLayout } from '../../../../src/lint/types.ts';
import { numbered } from '../../../../src/project/layouts/numbered.ts';
import { added, changeSet, migration } from '../../../support/change-set.ts';

const NOW = new Date('2025-03-01T12:00:00Z');

function found(base: readonly string[], files: readonly string[], layout: LintLayout = numbered) {
  const set = changeSet(
    files.map((name) => added(`migrations/${name}.sql`, 'SELECT 1')),
    { base: base.map((name) => migration(`migrations/${name}.sql`, 'SELECT 1')) },
  );
  return orderOfMigrations(set, layout, NOW);
}

function brief(...args: Parameters<typeof found>): string[] {
  return found(...args).map(
    ({ path, severity, rule }) => `${path.slice('migrations/'.length, -4)} ${severity} ${rule}`,
  );
}

describe('where a new file stands', () => {
  test.each([
    [[], ['001_a'], []],
    [['001_a', '002_b'], ['003_c', '004_d'], []],
    [['001_a', '003_c'], ['002_b'], ['002_b block migration-out-of-order']],
    [['001_a', '003_c'], ['002_b', '004_d'], ['002_b block migration-out-of-order']],
    [['20240101000000_a', '20240301000000_b'], ['20240201000000_c'], ['20240201000000_c block migration-out-of-order']],
    [['001_a', '002_b'], ['002_c'], ['002_c block duplicate-version']],
    [['001_a', '002_c'], ['002_b'], ['002_b block duplicate-version']],
    [['007_a'], ['7_b'], ['7_b block duplicate-version']],
    [['001_a'], ['002_b', '002_c'], ['002_c block duplicate-version']],
    // What the base has twice already is not this change's doing.
    [['001_a', '001_b'], ['002_c'], []],
    [['001_a', '002_b'], ['005_c'], ['005_c info version-gap']],
    [['001_a'], ['002_b', '004_c'], ['004_c info version-gap']],
    [['010_a', '020_b', '030_c'], ['040_d'], []],
    [['001_a', '002_b', '004_c'], ['006_d'], ['006_d info version-gap']],
    // Release and count in one number.
    [['34704405_a', '34804400_b', '34904400_c', '34904401_d'], ['35004400_e'], []],
    [['20240101000000_a'], ['20240301000000_b'], []],
    [['001_a'], ['20240301000000_b'], ['20240301000000_b info mixed-naming']],
    [['2024-01-01_a'], ['2024-03-01_b'], []],
    [['1700000000_a'], ['1700000500_b'], []],
    [['8_a', '9_b'], ['10_c'], ['10_c warn ambiguous-order']],
    [['8_a', '9_b'], ['10_c', '11_d'], ['10_c warn ambiguous-order']],
    // It is ambiguous already: nobody can mend that any more.
    [['9_a', '10_b'], ['11_c'], []],
  ])('%j + %j: %j', (base, files, expected) => expect(brief(base, files)).toEqual(expected));
});

describe('the name to give', () => {
  test('is the next one, in a command to paste', () => {
    const [one] = found(['001_a', '003_c'], ['002_b']);
    expect(one?.suggestion).toBe('migrations/004_b.sql');
    expect(one?.help).toContain('git mv migrations/002_b.sql migrations/004_b.sql');
  });

  test('differs for each of several files, and comes after the other new ones', () => {
    const suggestions = found(['001_a', '005_e'], ['002_b', '003_c', '006_f']).map(({ suggestion }) => suggestion);
    expect(suggestions).toEqual(['migrations/007_b.sql', 'migrations/008_c.sql']);
  });

  test('for timestamps is the time now', () => {
    const [one] = found(['20240101000000_a', '20240301000000_b'], ['20240201000000_c']);
    expect(one?.suggestion).toBe('migrations/20250301120000_c.sql');
  });

  test('is one word for a shell, whatever the file is called', () => {
    const [one] = found(['001_a', '003_c'], ["002_$(id)'x"]);
    expect(one?.help).toContain(`git mv 'migrations/002_$(id)'\\''x.sql' 'migrations/004_$(id)'\\''x.sql'`);
  });
});

describe('the advice on ambiguous names fits them', () => {
  const advice = (base: readonly string[], files: readonly string[]) => {
    const [one] = found(base, files).filter(({ rule }) => rule === 'ambiguous-order');
    return one && [one.suggestion, one.help];
  };

  test.each([
    [['001_a', '014_sub'], ['V13__x'], 'migrations/V013__x.sql'],
    [['001_a', '014_sub'], ['13_x'], 'migrations/013_x.sql'],
    [[], ['9_a', '10_b'], 'migrations/09_a.sql'],
  ])('%j + %j: %s', (base, files, suggestion) => {
    expect(advice(base, files)).toEqual([suggestion, expect.stringContaining(suggestion)]);
  });

  test('and asks nobody to rename what is settled', () => {
    expect(advice(['8_a', '9_b'], ['10_c'])).toEqual([
      undefined,
      expect.stringMatching(/^[89]_..sql .*keeps its name/),
    ]);
  });
});

test('a tool that sorts as text takes 7 and 007 for two versions', () => {
  const lexical: LintLayout = { ...numbered, order: 'lexical', compare: (a, b) => (a.path < b.path ? -1 : 1) };
  expect(brief(['007_a'], ['7_b'], lexical)).not.toContain('7_b block duplicate-version');
});

test('a migration that is deleted or renamed leaves its version free', () => {
  const before = migration('migrations/002_b.sql', 'SELECT 1');
  const set = changeSet([{ kind: 'deleted', before }, added('migrations/002_c.sql', 'SELECT 2')], {
    base: [migration('migrations/001_a.sql', 'SELECT 1'), before],
  });
  expect(orderOfMigrations(set, numbered, NOW).map(({ rule }) => rule)).not.toContain('duplicate-version');
});
