import { beforeAll, expect, test } from 'vitest';
import { leftOut } from '../../../src/project/left-out.ts';
import { sourceOf } from '../../../src/project/source.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { projectOf, repoFiles } from '../../support/project.ts';

beforeAll(loadParser);

/** 'line-endLine' of what the layout drops of 001_a.sql. */
function dropped(text: string, tool: string, others: Record<string, string> = {}): string[] {
  const [file] = repoFiles({ 'migrations/001_a.sql': text });
  const [migration] = projectOf({ '001_a.sql': text, ...others }, tool).migrations;
  if (file === undefined || migration === undefined) throw new Error('no migration');
  return leftOut(sourceOf(file, {}), migration).map(({ line, endLine }) => `${line}-${endLine}`);
}

test.each([
  ['CREATE TABLE z (\n  a int\n);\n-- migrate:up\nSELECT 1;\n-- migrate:down\n', ['1-3']],
  ['-- note\nSELECT 0;\n\n-- and\nSELECT 0;\r\n-- migrate:up\r\nSELECT 1;\r\n-- migrate:down', ['2-5']],
  ['SELECT 1;\n/* SELECT 2; */', ['1-1']],
  ['/* SELECT 0; */\n-- note\n\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n', []],
  ['-- migrate:up\nSELECT 1;\n', []],
])('dbmate drops what stands outside its sections: %j', (text, expected) => {
  expect(dropped(text, 'dbmate')).toEqual(expected);
});

test('a down section is dropped where a file of its own takes its place', () => {
  const text = '-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n';
  expect(dropped(text, 'numbered', { '001_a.down.sql': 'SELECT 3;' })).toEqual(['4-4']);
  expect(dropped(text, 'numbered')).toEqual([]);
});

test.each([
  'SELECT 0;\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;',
  'SELECT 1;\n-- Rollback\n-- SELECT 2;',
  'SELECT 1;\n-- down\nSELECT 2;',
  'SELECT 1;\n---- create above / drop below ----\nSELECT 2;',
])('numbered SQL drops nothing of %j', (text) => expect(dropped(text, 'numbered')).toEqual([]));
