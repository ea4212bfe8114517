import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../../scripts/docs/generated-files.ts';
import { configJsonSchema } from '../../src/settings/json-schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('what is generated from the sources', async () => {
  const files = await generatedFiles(root);

  it.each([...files])('%s is up to date (npm run docs)', (path, content) => {
    expect(readFileSync(root + path, 'utf8')).toBe(content);
  });

  it('explains every rule once, under a heading that findings can link to', () => {
    const headings = [...(files.get('docs/rules.md') ?? '').matchAll(/^### (.*)$/gm)].map(([, name]) => name);
    expect(headings.length).toBeGreaterThan(40);
    expect(new Set(headings).size).toBe(headings.length);
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
    ...readdirSync(`${root}docs`).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
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
});
