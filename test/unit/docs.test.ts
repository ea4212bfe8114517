import { readFileSync } from 'node:fs';
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
