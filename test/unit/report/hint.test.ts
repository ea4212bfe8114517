import { describe, expect, it } from 'vitest';
import { eventUnsupported } from '../../../src/project/git-errors.ts';
import { hintParts, languageOfHint } from '../../../src/report/hint.ts';

const parts = (hint: string): [string, string][] => hintParts(hint).map(({ kind, text }) => [kind, text]);

describe('the hint of an error', () => {
  it.each<[what: string, hint: string, expected: [string, string][]]>([
    ['nothing', '', []],
    ['a sentence', 'Correct --cwd.', [['prose', 'Correct --cwd.']]],
    [
      'an indented example between sentences',
      'Say which:\n  --database a\n  --database b\n\nOr neither.',
      [
        ['prose', 'Say which:'],
        ['example', '--database a\n--database b'],
        ['prose', 'Or neither.'],
      ],
    ],
    ['an example alone', '  --database a\n  --database b', [['example', '--database a\n--database b']]],
    [
      'an example after a colon, with a sentence below it',
      "Name it in lockstep.yml, relative to the repository's root:\nmigrations:\n  directory: path/to/migrations\nLooked into: migrations, db.",
      [
        ['prose', "Name it in lockstep.yml, relative to the repository's root:"],
        ['example', 'migrations:\n  directory: path/to/migrations'],
        ['prose', 'Looked into: migrations, db.'],
      ],
    ],
    [
      'SQL after a colon',
      'Build it so:\nCREATE INDEX CONCURRENTLY i ON t (a);\nALTER TABLE t ADD COLUMN b int;',
      [
        ['prose', 'Build it so:'],
        ['example', 'CREATE INDEX CONCURRENTLY i ON t (a);\nALTER TABLE t ADD COLUMN b int;'],
      ],
    ],
    [
      'wrapped sentences',
      'One that is\nlong.\nAnother: git fetch',
      [['prose', 'One that is long.\nAnother: git fetch']],
    ],
  ])('is read as %s', (_, hint, expected) => {
    expect(parts(hint)).toEqual(expected);
  });

  it('keeps its last sentences out of the example', () => {
    const hint = eventUnsupported().hint ?? '';
    expect(hintParts(hint).map(({ kind }) => kind)).toEqual(['prose', 'example', 'prose']);
    expect(hintParts(hint)[1]?.text).toBe('on:\n  pull_request:');
  });
});

it.each([
  ['migrations:\n  directory: db', 'yaml'],
  ['- uses: actions/checkout@v5', 'yaml'],
  ['--database app', 'text'],
  ['CREATE EXTENSION vector;', 'sql'],
  ['-- lockstep: no-transaction', 'sql'],
  ['git fetch --unshallow', 'sh'],
  ['', 'text'],
])('the example %j of a hint is written in %s', (example, language) => {
  expect(languageOfHint(example)).toBe(language);
});
