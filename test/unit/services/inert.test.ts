import { expect, it } from 'vitest';
import { inert } from '../../../src/services/inert.ts';

/** What actions/runner takes for a command: either form of ActionCommand.cs. */
const isCommand = (line: string): boolean => /^[\s\u0085]*::/.test(line) || line.includes('##[');

it.each([
  '::error::no',
  '  ::set-output name=result::passed',
  '\t::add-mask::e',
  'fine\n::stop-commands::x\nfine',
  'anywhere ##[error]no',
  '##[add-mask]e',
  '\r\n::error::no',
  '::::error::no',
  '\u0085::error::no',
  '\u00a0\u0085 ::error::no',
])('%j is not obeyed by the runner', (text) => {
  expect(text.split('\n').some(isCommand)).toBe(true);
  expect(inert(text).split(/\r?\n/).filter(isCommand)).toEqual([]);
});

it.each(['\n', ' ', '\u2028', ':'])('a text of nothing but %j takes no time', (character) => {
  const started = performance.now();
  inert(character.repeat(300_000));
  expect(performance.now() - started).toBeLessThan(500);
});

it.each(["SELECT '1'::int", 'a :: b', '# heading', 'C::D', ''])('%j stays as it is', (text) => {
  expect(inert(text)).toBe(text);
});
