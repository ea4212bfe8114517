import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { everyFile, named, offered, read, root } from './files.ts';

/** What the pages say of the workflows. */

const pages = [
  'README.md',
  ...readdirSync(`${root}docs`).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
}

describe('docs/unproven.md', () => {
  it('has each statement that the workflow tries out, and no other by name', () => {
    const [, byTheRun = ''] = read('docs/unproven.md').split(/^## .*$/m);
    const tried = namesIn(named('.github/workflows/ci-prove.yml').text, /^ *answer ([a-z-]+) "/gm);
    expect(tried.length).toBeGreaterThan(5);
    expect(namesIn(byTheRun, /^\| `([a-z-]+)` \|/gm)).toEqual(tried);
  });
});

describe('docs/workflows.md', () => {
  const page = read('docs/workflows.md');

  it.each(offered)('knows the secrets and variables of $path', ({ text }) => {
    for (const name of namesIn(text, /\b(?:secrets|vars)\.([A-Z_]+)/g)) {
      // As an input of the action, it is explained by that name.
      expect(page.includes(`\`${name}\``) || page.includes(`\`${name.toLowerCase()}\``), name).toBe(true);
    }
  });

  it('has a row for each job on the way to production', () => {
    const [, way = ''] = page.split('\n## The way to production\n');
    const jobs = Object.keys(named('workflows-templates/lockstep-deploy.yml').workflow.jobs);
    expect(namesIn(way.split('\n\n')[0] ?? '', /^\| `([a-z-]+)` \|/gm)).toEqual([...jobs].sort());
  });
});

describe("other people's actions", () => {
  it('are named by one commit everywhere, so that none is forgotten when it is raised', () => {
    const texts = [
      ...everyFile.filter(({ path }) => !path.includes('/ghes-')).map(({ text }) => text),
      ...pages.map(read),
    ];
    const commits = new Map<string, Set<string>>();
    for (const text of texts)
      for (const [, action = '', commit = ''] of text.matchAll(/uses: ([\w./-]+)@([0-9a-f]{40})/g))
        commits.set(action, (commits.get(action) ?? new Set()).add(commit));
    expect(commits.size).toBeGreaterThan(3);
    for (const [action, names] of commits) expect([...names], action).toHaveLength(1);
  });
});
