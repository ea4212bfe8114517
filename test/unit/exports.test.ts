import { expect, it } from 'vitest';
import { exportsOf, readRepository } from '../support/sources.ts';

/** Read by name from outside: by vitest. */
const ALLOWED = ['test/support/global-setup.ts: setup'];

it('what a module exports is used by another module', () => {
  const modules = readRepository();
  const unused = modules
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((module) => {
      const importers = modules.filter(({ imports }) => imports.some(({ target }) => target === module.path));
      return exportsOf(module)
        .filter((name) => !importers.some(({ code }) => new RegExp(`\\b${name}\\b`).test(code)))
        .map((name) => `${module.path}: ${name}`);
    });
  expect(unused.filter((each) => !ALLOWED.includes(each))).toEqual([]);
});
