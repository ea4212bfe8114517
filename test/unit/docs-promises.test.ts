import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { creates } from '../../src/delivery/pull-request.ts';
import { ANNOTATIONS } from '../../src/report/limits.ts';
import { type Result, reportSchema } from '../../src/report/model.ts';
import { planSchema } from '../../src/report/target-model.ts';
import { secretForms } from '../../src/services/secrets.ts';
import { parseArgv } from '../../src/settings/argv.ts';
import { commands, type Option, options } from '../../src/settings/options.ts';
import type { CommentMode } from '../../src/settings/types.ts';

const read = (page: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');

describe('docs/outputs.md', () => {
  const page = read('outputs.md');

  it('has the numbers of annotations that there are', () => {
    expect(page).toContain(`at most ${ANNOTATIONS.error} errors (\`block\`) and ${ANNOTATIONS.warning} warnings`);
  });

  it.each<[CommentMode, string, readonly Result[]]>([
    ['changes', 'when migrations change; not for `error`', ['passed', 'blocked']],
    ['failure', 'when the answer is not yes: `blocked` or `error`', ['blocked', 'error']],
    ['always', 'each time', ['passed', 'blocked', 'noop', 'error']],
    ['never', 'never', []],
  ])('says when `comment: %s` makes a comment', (mode, words, made) => {
    expect(page).toMatch(new RegExp(`^ *\\| \`${mode}\` \\| ${words} \\|`, 'm'));
    const results: readonly Result[] = ['passed', 'blocked', 'noop', 'error'];
    expect(results.filter((result) => creates(mode, result))).toEqual(made);
  });

  it('explains each kind of comment, as help does', () => {
    const all: readonly Option[] = options;
    const { choices = [], description } = all.find(({ name }) => name === 'comment') ?? {};
    const rows = [...page.matchAll(/^ +\| `(\w+)` \|/gm)].map(([, mode]) => mode);
    expect(rows.sort()).toEqual([...choices].sort());
    for (const mode of choices) expect(description).toMatch(new RegExp(`\\b${mode}\\b`));
  });
});

describe('docs/deploy.md', () => {
  const page = read('deploy.md');
  const part = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = (heading: string): string[] =>
    [...part(heading).matchAll(/^\| `([\w-]+)` \|/gm)].flatMap(([, name]) => name ?? []);

  it('explains every result, once', () => {
    expect(rows('In short').sort()).toEqual([...reportSchema.shape.result.options].sort());
  });

  it('gives results to commands that there are', () => {
    const cells = [...part('In short').matchAll(/^\| `\w+` \| ([^|]+) \|/gm)].map(([, cell = '']) => cell.trim());
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.filter((name) => !commands.some((command) => command.name === name))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it('explains every gate, once', () => {
    expect(rows('Gates').sort()).toEqual([...planSchema.shape.gates.element.shape.name.options].sort());
  });
});

describe('command lines in the pages', () => {
  const pages = ['../README.md', 'deploy.md', 'troubleshooting.md', 'permissions.md', 'recipes.md', 'directives.md'];
  const lines = pages.flatMap((page) =>
    [...read(page).matchAll(/(?:^|`)(?:lockstep|node \.\.\/lockstep\/dist\/index\.cjs) ([a-z][^`\n#]*)/gm)].map(
      ([, line = '']) => line.trim(),
    ),
  );

  it('are found', () => {
    expect(lines.length).toBeGreaterThanOrEqual(8);
  });

  it.each(lines)('lockstep %s', (line) => {
    const { problems } = parseArgv(line.split(/\s+/));
    // A sentence may name an option without its value.
    expect(problems.filter((problem) => !problem.endsWith('needs a value'))).toEqual([]);
  });
});

describe('docs/permissions.md', () => {
  const secret = 'pa/ss "wörd"+';

  it.each([
    ['as given', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['escaped as in JSON', 'pa/ss \\"wörd\\"+'],
    ['base64', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
  ])('lists a form of a secret that is struck out: %s', (words, form) => {
    expect(read('permissions.md')).toContain(words);
    expect(secretForms({ value: secret, masked: true })).toContain(form);
  });

  it('lists the decoded form of a password in a URL', () => {
    expect(read('permissions.md')).toContain('percent-encoded and decoded');
    expect(secretForms({ value: 'postgres://app:pa%2Fss@host/db', masked: true })).toContain('pa/ss');
  });
});
