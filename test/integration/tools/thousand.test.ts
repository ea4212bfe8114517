import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { THOUSAND, thousand } from '../../support/thousand.ts';

const target = targets();

/** Their files hold sums that follow from each other: those of the thousand are none. */
const SUMMED = ['atlas', 'graphile-migrate'];

it.each(Object.keys(thousand).filter((tool) => !SUMMED.includes(tool)))(
  'a deploy of %s finds nothing to do after a thousand migrations, at once',
  async (tool) => {
    const shop = await target();
    const repo = gitRepo(thousand[tool]?.() ?? {});
    const first = await lockstepHere('apply', repo, shop.url);
    expect(first.report.result, first.printed).toBe('applied');
    const since = performance.now();
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    // Less than a tenth of it where nothing else runs.
    expect(performance.now() - since).toBeLessThan(5_000);
    expect([report.result, report.project?.tool, report.history?.applied], printed).toEqual(['noop', tool, THOUSAND]);
  },
);
