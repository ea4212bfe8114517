import { readFile } from 'node:fs/promises';
import { defineConfig } from 'vitest/config';

const GITHUBS_PARSERS = /@actions\/(?:workflow-parser|expressions|languageservice)/;

/** GitHub's parsers name source maps whose sources they do not ship; Vite would complain of each file. */
const withoutSourceMaps = {
  name: 'without-source-maps',
  async load(id: string) {
    const [path = ''] = id.split('?');
    if (!path.includes('/node_modules/') || !GITHUBS_PARSERS.test(path) || !path.endsWith('.js')) return undefined;
    return (await readFile(path, 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  },
};

/** Of the tests in test/e2e those that measure how long something takes, or end it at a moment: they get the machine alone. */
const TIMED = [
  ...['lifecycle', 'lock-queue', 'pull-request', 'faults/signals'],
  ...['deploy/lock', 'deploy/telling', 'deploy/transactional', 'stories/runs'],
].map((file) => `test/e2e/${file}.test.ts`);

/**
 * Five kinds of test. unit: pure, no processes. integration: real git, Squawk and Postgres, through the sources.
 * e2e and timed: the built bundle as a user runs it. system: what needs Debian's packages (only .ci/run installs them).
 */
const project = (name: string, timeout: number) => ({
  plugins: [withoutSourceMaps],
  test: {
    name,
    include: name === 'timed' ? TIMED : [`test/${name}/**/*.test.ts`],
    ...(name === 'e2e' ? { exclude: TIMED } : {}),
    testTimeout: timeout,
    hookTimeout: timeout,
    // GitHub's parsers import JSON without saying so, which Node itself refuses.
    server: { deps: { inline: [GITHUBS_PARSERS] } },
    // These run the built bundle, which must be there and current.
    ...(['e2e', 'timed', 'system'].includes(name) ? { globalSetup: ['test/support/global-setup.ts'] } : {}),
  },
});

export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      project('unit', 20_000),
      project('integration', 120_000),
      project('e2e', 180_000),
      project('timed', 180_000),
      project('system', 180_000),
    ],
  },
});
