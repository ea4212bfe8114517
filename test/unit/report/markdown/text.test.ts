import { expect, it } from 'vitest';
import { fenced, prose } from '../../../../src/report/markdown/text.ts';

it.each([
  ['from aee6c2a, which is old', 'from `aee6c2a`, which is old'],
  ['ask @octocat.', 'ask `@octocat`.'],
  ['(see #12)', '(see `#12`)'],
  ['"https://example.com/a?b".', '"`https://example.com/a?b`".'],
  ['really :tada:', 'really `:tada:`'],
  ['costs $5!', 'costs `$5`\\!'],
  ['Hello, world: yes!', 'Hello, world: yes\\!'],
])('punctuation stays outside of what is set as code: %j', (text, expected) => {
  expect(prose(text, 1_000)).toBe(expected);
});

it('a text of very many backticks is fenced', () => {
  expect(fenced('` '.repeat(300_000), 'sql', 1_000_000).startsWith('```sql\n')).toBe(true);
});
