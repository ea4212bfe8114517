import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../../src/commands/rule-descriptions.ts';
import { adviceOf, exampleOf, helpParts, languageOf, suggestionOf } from '../../../src/report/advice.ts';
import type { Finding } from '../../../src/report/model.ts';

function finding(help: string, suggestion?: string): Finding {
  return {
    rule: 'r',
    source: 'squawk',
    severity: 'block',
    path: 'a.sql',
    line: 1,
    endLine: 1,
    message: 'm',
    help,
    docsUrl: '',
    evidence: 'unproven',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

describe('the example of a rule', () => {
  it.each([
    ['-- for example:', 'Do so:\nDROP TABLE orders;'],
    ['# for example:', 'Do so:\nhistory:\n  accept: x'],
    ['For example:', 'Do so:\nnpm-test'],
  ])('does not pass for advice about the tables of the reader: %s', (words, help) => {
    expect(exampleOf(finding(help))?.split('\n')[0]).toBe(words);
  });

  it('is not wanted beside what was made for the place', () => {
    const help = 'Do so:\nDROP TABLE orders;';
    expect(exampleOf(finding(help, 'DROP TABLE mine;'))).toBeUndefined();
    expect(suggestionOf(finding(help, 'DROP TABLE mine;'))).toBe('DROP TABLE mine;');
    expect(exampleOf(finding('No example.'))).toBeUndefined();
  });

  it('is SQL or YAML in every rule that has one', () => {
    for (const { name, help } of ruleDescriptions()) {
      const { example } = helpParts(help);
      if (example !== '') expect(languageOf(example), name).toMatch(/^(sql|yaml)$/);
    }
  });
});

describe('advice', () => {
  it('does not announce an example that is not there', () => {
    expect(adviceOf('Do so:\r\nDROP TABLE orders;')).toBe('Do so.');
  });

  it('is not said twice: a suggestion that stands in the words of the rule', () => {
    expect(suggestionOf(finding('Write `SELECT 1`.', 'SELECT 1'))).toBeUndefined();
    expect(suggestionOf(finding('Write.', ' '))).toBeUndefined();
  });
});
