import { describe, expect, it } from 'vitest';
import { readInputs } from '../../../src/settings/inputs.ts';
import { inputVariable, options } from '../../../src/settings/options.ts';

/** What the composite hands over when nothing is given: every input, empty. */
const nothing = Object.fromEntries(
  ['command', ...options.map(({ name }) => name)].map((name) => [inputVariable(name), '']),
);

describe("the composite's variables", () => {
  it('without any input are a check with nothing given', () => {
    expect(readInputs(nothing)).toEqual({ command: 'check', raw: new Map(), problems: [] });
  });

  it('lose the blanks that YAML leaves round a value, not those within', () => {
    const { command, raw } = readInputs({
      ...nothing,
      INPUT_COMMAND: 'check\n',
      INPUT_TEST_COMMAND: 'npm ci\nnpm test\n',
      INPUT_BASE: ' main ',
      INPUT_HEAD: '\n',
    });
    expect(command).toBe('check');
    expect([...raw]).toEqual([
      ['base', 'main'],
      ['test_command', 'npm ci\nnpm test'],
    ]);
  });
});
