// The demo's first part: `lockstep check` on each pull request of the example.
import { join } from 'node:path';
import { pagePath } from './demo-pages.mjs';
import { runProgram } from './demo-runs.mjs';
import { checkOut } from './scratch-git.mjs';

/** Checks one pull request; its verdict becomes a page in `pages`. */
export async function checkPullRequest({ program, directory, pages }, pullRequest) {
  const { name, title, description, expect } = pullRequest;
  const repository = join(directory, 'shop');
  console.log(`\n━━━ ${name}: ${title} ━━━\n${description}\n`);
  // The tests run in the working tree, so it must hold the branch.
  checkOut(repository, name);
  const range = ['--base', 'main', '--head', name, '--cache-directory', join(directory, 'bases')];
  const { result, seconds } = await runProgram({
    program,
    args: ['check', ...range, '--html', pagePath(pages, name)],
    report: join(directory, 'reports', `${name}.json`),
    cwd: repository,
  });
  return { pullRequest, name, expect, result, seconds };
}
