import { describe, expect, it } from 'vitest';
import { type Content, html, raw } from '../../../../src/report/html/markup.ts';
import { excerpt, link, prose } from '../../../../src/report/html/parts.ts';
import { elements, textOf } from './dom.ts';

describe('a template', () => {
  it.each<[string, Content, string]>([
    ['text is escaped', `<b> & "x" 'y'`, '&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;'],
    ['control characters are not obeyed', 'a\u001b[2J\u202eb', 'a\ufffd[2J\ufffdb'],
    ['line breaks stay', 'a\r\nb', 'a\nb'],
    ['numbers are themselves', 0, '0'],
    ['markup stays', html`<b>${'<'}</b>`, '<b>&lt;</b>'],
    ['our own text stays', raw('a > b'), 'a > b'],
    ['lists follow each other', ['a', html`<br>`, ['<']], 'a<br>&lt;'],
    ['nothing leaves nothing', [undefined, false, ''], ''],
  ])('%s', (_, content, expected) => {
    expect(html`${content}`.toString()).toBe(expected);
  });

  it('takes nothing that looks like markup for markup', () => {
    const forged = { toString: () => '<script>' };
    // @ts-expect-error: a value from JSON has no such type, whatever a caller may claim.
    expect(() => html`${forged}`.toString()).toThrow();
  });
});

describe('a link', () => {
  it.each([
    ['https://github.com/a/b', 'https://github.com/a/b'],
    ['http://ghes.local/a', 'http://ghes.local/a'],
    ['https://a.test/"><b>', 'https://a.test/%22%3E%3Cb%3E'],
    ['javascript:alert(1)', undefined],
    ['JAVASCRIPT:alert(1)', undefined],
    ['java\nscript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['file:///etc/passwd', undefined],
    ['//a.test', undefined],
    ['docs/rules.md', undefined],
    ['https://user:secret@a.test/', undefined],
    [undefined, undefined],
  ])('to %j leads to %j', (address, expected) => {
    const markup = link(address, 'there').toString();
    expect(elements(markup).find(({ tag }) => tag === 'a')?.attributes.href).toBe(expected);
    expect(textOf(markup)).toBe('there');
  });
});

describe('prose', () => {
  it.each([
    ['add `NOT NULL` and `x`', ['NOT NULL', 'x']],
    ['a lone ` stays', []],
    ['`<b>`', ['<b>']],
  ])('%j sets %j as code', (text, names) => {
    const markup = prose(text).toString();
    expect(
      elements(markup)
        .filter(({ tag }) => tag === 'code')
        .map((code) => code.text),
    ).toEqual(names);
    if (names.length === 0) expect(textOf(markup)).toBe(text);
  });
});

describe('an excerpt', () => {
  const lines = (text: string): string[] => textOf(excerpt(text).toString()).split('\n');

  it('has its caret below its place', () => {
    expect(lines('4 | DROP TABLE x;\n         ^')).toEqual(['4 | DROP TABLE x;', '         ^']);
  });

  it('is indented by the same text, unseen, where characters are of other widths', () => {
    const source = '4 | /* 漢字 */ DROP TABLE x;';
    const [, indent = ''] = lines(`${source}\n${' '.repeat(source.indexOf('DROP'))}^`);
    expect(indent).toBe('4 | /* 漢字 */ ^');
  });

  it('without a caret is as it was', () => {
    expect(lines('4 | a\nb ^\nc')).toEqual(['4 | a', 'b ^', 'c']);
  });
});
