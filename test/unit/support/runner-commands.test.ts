import { describe, expect, it } from 'vitest';
import { keyValues } from '../../support/actions/command-files.ts';
import { parseCommand } from '../../support/actions/commands.ts';
import { evaluate, holds } from '../../support/actions/expressions.ts';
import { Masks } from '../../support/actions/masks.ts';

/** The parts of the test runner that only read: what they take for what is what GitHub's runner does. */

describe('a line of output', () => {
  const known = new Set(['error', 'debug', 'token']);

  it.each([
    ['::error::no', { name: 'error', properties: {}, data: 'no' }],
    [' \t::error::indented', { name: 'error', properties: {}, data: 'indented' }],
    ['\u0085\u3000::error::behind blanks of .NET', { name: 'error', properties: {}, data: 'behind blanks of .NET' }],
    ['::ERROR::any case', { name: 'ERROR', properties: {}, data: 'any case' }],
    [
      '::error file=a%2Cb%3Ac.sql,endLine=2,title=a%25b,empty=,=x::one%0Atwo %3A %250A',
      { name: 'error', properties: { file: 'a,b:c.sql', endline: '2', title: 'a%b' }, data: 'one\ntwo %3A %0A' },
    ],
    [
      'text ##[error file=a%3Bb;line=1]old%5Done',
      { name: 'error', properties: { file: 'a;b', line: '1' }, data: 'old]one' },
    ],
    ['text ::error::not at the beginning', undefined],
    ['::unknown::x', undefined],
    ['##[unknown]x', undefined],
    ['::error', undefined],
    ['##[error', undefined],
    [':error::x', undefined],
    ['', undefined],
  ])('%j', (line, command) => {
    expect(parseCommand(line, known)).toEqual(command);
  });
});

describe('a command file', () => {
  const read = (text: string): string[][] => [...keyValues(text)].map((pair) => [...pair]);

  it.each([
    [
      'a=1\nb=\n\nc=x=y',
      [
        ['a', '1'],
        ['b', ''],
        ['c', 'x=y'],
      ],
    ],
    [
      'a<<END\none\n\ntwo\nEND\nb=2\n',
      [
        ['a', 'one\n\ntwo'],
        ['b', '2'],
      ],
    ],
    ['a<<END\nEND', [['a', '']]],
    ['a=b<<END\n', [['a', 'b<<END']]],
    ['a<<b=c\nx\nb=c\n', [['a', 'x']]],
    ['', []],
  ])('%j', (text, pairs) => {
    expect(read(text)).toEqual(pairs);
  });

  it.each([
    ['just text\n', "Invalid format 'just text'"],
    ['a<<\n', 'delimiter must not be empty'],
    ['<<END\nx\nEND\n', 'Name must not be empty'],
    ['a<<END\nx\n', "Matching delimiter not found 'END'"],
    ['a<<END\nx', 'EOF marker missing new line'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('what is hidden', () => {
  const masks = new Masks(['s3cret/ä"', 'abcabc']);

  it.each([
    ['a s3cret/ä" b', 'a *** b'],
    [encodeURIComponent('s3cret/ä"'), '***'],
    [JSON.stringify({ password: 's3cret/ä"' }), '{"password":"***"}'],
    [Buffer.from('s3cret/ä"').toString('base64'), '***'],
    [Buffer.from('u:s3cret/ä"').toString('base64'), 'dTpz***'],
    ['s3cret&#47;ä', 's3cret&#47;ä'],
    ['xabcabcabcx', 'x***x'],
    ['s3cre', 's3cre'],
  ])('%s: %s', (text, shown) => {
    expect(masks.hide(text)).toBe(shown);
    expect(masks.mayHoldSecret(text)).toBe(text !== shown);
  });
});

describe('an expression', () => {
  const contexts = { inputs: { a: 'x', b: '' }, github: { event: { labels: [{ name: 'one' }, { name: 'two' }] } } };
  const scope = { contexts, status: { failed: true, cancelled: false } };

  it.each([
    ["inputs.a == 'X'", 'true'],
    ["join(github.event.labels.*.name, '+')", 'one+two'],
    ['inputs.missing', ''],
    ["inputs.b || 'default'", 'default'],
    ["format('{0}-{1}', inputs.a, 3)", 'x-3'],
  ])('%s', (expression, value) => {
    expect(evaluate(expression, scope).coerceString()).toBe(value);
  });

  it.each([
    ['always()', true],
    ['failure()', true],
    ['success()', false],
    ['cancelled()', false],
    ["success() && inputs.a == 'x'", false],
    ['inputs.b', false],
    ['inputs.a', true],
  ])('as a condition: %s', (expression, value) => {
    expect(holds(expression, scope)).toBe(value);
  });

  it('of a context that is not there fails', () => {
    expect(() => evaluate('secrets.X', scope)).toThrow('Unrecognized named-value');
  });
});
