import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../../scripts/docs/generated-files.ts';
import { ruleDescriptions } from '../../src/commands/rule-descriptions.ts';
import { ruleAddress } from '../../src/repository.ts';
import { configJsonSchema } from '../../src/settings/json-schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('what is generated from the sources', async () => {
  const files = await generatedFiles(root);

  it.each([...files])('%s is up to date (npm run docs)', (path, content) => {
    expect(readFileSync(root + path, 'utf8')).toBe(content);
  });

  it('has a page for every rule, where findings link to, and lists each once', () => {
    const names = ruleDescriptions().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      expect(ruleAddress(name)).toMatch(new RegExp(`/docs/rules/${name}\\.md$`));
      expect(files.get(`docs/rules/${name}.md`)).toContain(`\n# ${name}\n`);
    }
    const listed = [...(files.get('docs/rules.md') ?? '').matchAll(/^\| \[(.*?)\]\(rules\/\1\.md\)/gm)];
    expect(listed.map(([, name]) => name).sort()).toEqual([...names].sort());
  });

  it('has no page of a rule that is no more', () => {
    const pages = readdirSync(`${root}docs/rules`).map((name) => `docs/rules/${name}`);
    expect(pages.filter((page) => !files.has(page))).toEqual([]);
  });

  it.each([
    [
      'ban-drop-column',
      ['ban-drop-column: off', '-- lockstep-ignore ban-drop-column --', 'squawkhq.com/docs/ban-drop-column'],
    ],
    ['down-missing', ['down-missing: off', '## Releasing one migration', '-- lockstep-ignore-file down-missing --']],
    ['migration-edited', ['history:\n  accept:', '## Accepting it', 'By `history.accept`']],
    ['policy-changed', ['policy-changed: off', '## It cannot be released', 'No comment releases it']],
    ['syntax-error', ['neither settings nor a comment']],
    ['tests-fail', ['neither settings nor a comment']],
  ])('the page of %s tells how to change or release it, or that nobody can', (rule, told) => {
    const page = files.get(`docs/rules/${rule}.md`) ?? '';
    for (const words of told) expect(page).toContain(words);
    const fixed = page.includes('neither settings nor a comment');
    // A heading that promises a release stands above one.
    expect(page.includes('\n## Releasing ')).toBe(page.includes('\n-- lockstep-ignore'));
    expect(page.includes('lockstep-ignore') || page.includes('lint:\n')).toBe(!fixed);
  });
});

describe("the editors' schema of lockstep.yml", () => {
  const validate = new Ajv({ strict: false }).compile(configJsonSchema());

  it.each([
    ['{}', true],
    ['tool: dbmate\nlint: { rules: { x: warn } }\nlock_timeout: 5s', true],
    ['databases: [{ name: a, migrations: { directory: b } }]', true],
    ['history: { accept: never }', true],
    ['toool: dbmate', false],
    ['lock_timeout: soon', false],
    ['databases: [{ tool: x }]', false],
  ])('%j: %s', (text, valid) => {
    expect(validate(parse(text))).toBe(valid);
  });
});

describe('the pages', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).flatMap((name) =>
      name.endsWith('.md') ? `docs/${name}` : [],
    ),
  ];
  const text = (page: string): string => readFileSync(root + page, 'utf8');
  const anchors = (page: string): string[] =>
    [...text(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );

  it.each(pages)('%s links to files and headings that exist', (page) => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, file = '', anchor]) => {
      const target = file === '' ? page : join(page, '..', file);
      return !existsSync(root + target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('are each reached from another page', () => {
    const linked = new Set(
      pages.flatMap((page) => {
        return [...text(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].flatMap(([, file = '']) => {
          const target = join(page, '..', file);
          return target === page ? [] : target;
        });
      }),
    );
    expect(pages.filter((page) => /^docs\//.test(page) && !linked.has(page))).toEqual([]);
  });

  it.each(['CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md'])('%s names sources that exist', (page) => {
    const named = [...text(page).matchAll(/`((?:src|test|scripts)\/[\w./-]*)`/g)].flatMap(([, path]) => path ?? []);
    expect(named.filter((path) => !existsSync(root + path))).toEqual([]);
  });
});
