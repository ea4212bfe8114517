import { expect, it, vi } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { GitFiles } from '../../../src/project/git-files.ts';
import { readAt } from '../../../src/project/read.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { THOUSAND, thousand } from '../../support/thousand.ts';

/** Nothing in this file loads the parser: whoever parses a migration here fails. */

it.each(Object.keys(thousand))(
  'a deploy reads a thousand migrations of %s by one call of git, each once, and parses none',
  async (tool) => {
    const repo = gitRepo(thousand[tool]?.() ?? {});
    const git = await Git.open(repo.dir, repo.env);
    const [calls, single] = [vi.spyOn(git, 'run'), vi.spyOn(git.objects, 'read')];
    const since = performance.now();
    const project = await readAt(
      {
        files: new GitFiles(git),
        at: git.head ?? '',
        location: { database: undefined, tool: 'auto', directory: undefined },
      },
      { placeholders: {}, upOnly: true },
    );
    const took = performance.now() - since;
    expect([project.tool, project.migrations.length]).toEqual([tool, THOUSAND]);
    const batches = calls.mock.calls.filter(([[command]]) => command === 'cat-file');
    const asked = batches.flatMap(([, options]) => options?.input?.trim().split('\n') ?? []);
    expect(batches.length).toBe(1);
    expect(asked.length).toBeGreaterThanOrEqual(THOUSAND);
    expect(new Set(asked).size).toBe(asked.length);
    expect(single.mock.calls.length).toBeLessThan(64);
    // Less than a tenth of it where nothing else runs.
    expect(took).toBeLessThan(5_000);
  },
);
