import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandFeatures } from '../../scripts/docs/command-features.ts';
import { type Column, columns, type Proven, toolFeatures } from '../../scripts/docs/tool-features.ts';
import { commandTools } from '../../src/project/command-tools/tools.ts';
import { bookkeepingOf } from '../../src/project/layouts/bookkeeping.ts';
import { layoutNamed, layoutNames } from '../../src/project/layouts/detect.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const unproven = readFileSync(`${root}docs/unproven.md`, 'utf8');
const keys = Object.keys(columns) as Column[];

it('every tool has its row, in the order in which files are recognised, and its page', () => {
  const tools = toolFeatures.map(({ tool }) => tool);
  expect(tools).toEqual(layoutNames);
  const pages = readdirSync(`${root}docs/tools`).map((name) => name.replace(/\.md$/, ''));
  const programs = commandFeatures.map(({ page }) => page);
  expect(pages.sort()).toEqual(['README', ...new Set([...tools, ...programs])].sort());
});

describe('tools that run their migrations themselves', () => {
  it('have a row each', () => {
    expect(commandFeatures.map(({ tool }) => tool)).toEqual(commandTools.map(({ name }) => name));
  });

  it.each(commandFeatures)('$tool is proven by tests that there are', ({ recognised, history, trip }) => {
    for (const { test, title } of [recognised, history, trip])
      expect(readFileSync(`${root}test/${test}`, 'utf8')).toContain(title);
  });
});

describe.each(toolFeatures)('$tool', (features) => {
  const cells = keys.flatMap((key) => (features[key] === 'absent' ? [] : [[key, features[key]] as const]));

  it.each<readonly [Column, Proven]>(cells)('%s is proven by a test that there is', (_, { test, title }) => {
    const path = `${root}test/${test}`;
    expect(existsSync(path), path).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(title);
  });

  it('has what its layout has', () => {
    const bookkeeping = bookkeepingOf(layoutNamed(features.tool), undefined);
    expect(features.lock !== 'absent').toBe(bookkeeping?.lock !== undefined);
    for (const key of ['recognised', 'runs', 'history', 'down', 'checksum', 'late'] as const) {
      expect(features[key], key).not.toBe('absent');
    }
    const usual = layoutNamed(features.tool).historyTable?.usual.replace(/^public\./, '');
    if (usual !== undefined && features.history !== 'absent') expect(features.history.says).toContain(usual);
  });

  it('says on its page, and among what is unproven, whether tests run the tool itself', () => {
    const { real, tool } = features;
    if (typeof real === 'object') {
      const test = readFileSync(`${root}test/${real.test}`, 'utf8');
      expect(test).toContain(real.title);
      expect(test).not.toContain('stand-in.ts');
    }
    const [row = ''] = /^\| .*no test runs the tools themselves.*$/m.exec(unproven) ?? [];
    expect(row.toLowerCase().includes(tool)).toBe(real === 'sources');
    const page = readFileSync(`${root}docs/tools/${tool}.md`, 'utf8');
    expect(/Made by its\s\[sources\]\(\.\.\/unproven\.md/.test(page)).toBe(real === 'sources');
  });

  it('has a page with lines to paste, and an example', () => {
    const page = readFileSync(`${root}docs/tools/${features.tool}.md`, 'utf8');
    expect(page).toMatch(/^```yaml\n/m);
    for (const part of ['Read', 'Written', 'What changes for the team', 'Limits'])
      expect(page).toContain(`**${part}**`);
    expect(page).toMatch(/\]\(\.\.\/\.\.\/examples\//);
  });
});

describe("the tools' tables can be read", () => {
  const tableIn = (path: string, name: string): string[][] => {
    const page = readFileSync(`${root}${path}`, 'utf8');
    const [, text = ''] = page.split(new RegExp(`<!-- /?generated:${name} -->\n`));
    // Links as they are shown.
    const rows = text
      .trim()
      .replaceAll(/\]\([^)]*\)|[[`]/g, '')
      .split('\n');
    return rows.map((row) => row.slice(2, -2).split(' | '));
  };

  it("each of README's takes a line, at GitHub's width", () => {
    const rows = tableIn('README.md', 'tools');
    expect(rows).toHaveLength(toolFeatures.length + 2);
    for (const cells of rows) expect(cells.join('').length, cells.join(' | ')).toBeLessThan(96);
  });

  it.each(['tools', 'more-tools'])('the whole of it is no wider than five columns: %s', (name) => {
    for (const cells of tableIn('docs/tools/README.md', name)) expect(cells).toHaveLength(5);
  });
});
