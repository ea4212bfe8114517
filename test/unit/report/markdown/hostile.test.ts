import { describe, expect, it } from 'vitest';
import { renderComment } from '../../../../src/report/markdown/comment.ts';
import { readMarker } from '../../../../src/report/markdown/marker.ts';
import { renderSummary } from '../../../../src/report/markdown/summary.ts';
import type { Report } from '../../../../src/report/model.ts';
import { plain, plainLine } from '../../../../src/report/plain.ts';
import { verdicts } from '../../../fixtures/verdicts.ts';
import { everything, failure } from '../html/everything.ts';
import { allProperties, propertiesOf, withTexts } from '../html/free-texts.ts';
import { links, markerFor, type Seen, seen } from './as-github.ts';

const target = { environment: 'production', database: 'shop', serverVersion: '17.10' };

/** Reports in which nothing is missing, between them. What is told of an error depends on whether a finding tells of it. */
const full: readonly Report[] = [
  everything,
  failure,
  { ...everything, findings: [] },
  { ...everything, command: 'apply', result: 'failed', target },
];

/** What is shown, and where, depends on the verdict. */
const { clean, warned, lock, historyEdited, noop, errored } = verdicts;
const reports: readonly Report[] = [...full, clean, warned, lock, historyEdited, noop, errored];

const NASTY: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</details></summary></code></pre><h1>free</h1>',
  '<!-- lockstep {"v":1} -->',
  '-->',
  '<a href="https://evil.example">x</a>',
  '[click](https://evil.example)',
  '![picture](https://evil.example/x.png)',
  '[ref]: https://evil.example "t"',
  'https://evil.example/path?a=b',
  'see http://evil.example. now',
  'www.evil.example',
  'mail root@evil.example now',
  'mailto:root@evil.example xmpp:a@b.example',
  '@octocat',
  'ping @acme/data-team, please',
  '(@octocat)',
  '#123',
  'fixes acme/shop#123',
  'GH-123 gh-7',
  'commit 9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708 and 9be1d04',
  ':tada: :+1:',
  '*bold* **bold** _it_ __it__ ~~gone~~',
  '# heading',
  '## heading ##',
  '- [ ] task',
  '1. one',
  '2) two',
  '+ plus',
  '===',
  '---',
  '***',
  '> quote',
  '> [!CAUTION]',
  '| a | b |\n|---|---|\n| c | d |',
  'a | b',
  '[^1] and [^1]: note',
  '```\ncode\n```',
  '~~~\ncode\n~~~',
  '`'.repeat(500),
  '` `` ``` ````',
  '`@octocat`@acme/data`#1`',
  'a`@octocat',
  '``@octocat``',
  '@x`y`@z`',
  '\\`@octocat\\`',
  '$x^2$ and $`x`$ and $$y$$',
  '&lt;b&gt; &commat;octocat &#64;octocat &copy',
  '\\<b\\> \\\\<b>',
  'line one\n\n<b>line two</b>\n\n- line three\n\n    @octocat',
  '\n\n</details>\n\n# free',
  'a\u202eb\u2066c\u200bd\u0000e\u001b[31m',
  '\ud83d half \udc00',
  '<details open><summary>x</summary>',
  '<![CDATA[x]]> <?php x ?> <!DOCTYPE x>',
  'javascript:alert(1)',
  '"\' onmouseover="alert(1)',
];

/** A text of one length only is an SQLSTATE. */
const instead = (text: string) => (_: string, __: string, length?: number) =>
  length === undefined ? text : '<b>@x'.slice(0, length);

describe('no text of a report becomes anything but text', () => {
  it.each(NASTY)('in all fields at once: %j', (nasty) => {
    for (const report of reports) {
      const markdown = renderComment(withTexts(report, instead(nasty)), { links, marker: markerFor(report) });
      const page = seen(markdown);
      expect(markdown).toBe(plain(markdown));
      expect(offences(page)).toEqual([]);
      const shown = plainLine(nasty.replace(/\p{Surrogate}/gu, '\ufffd'));
      if (!nasty.includes('`')) expect(squeezed(page.text)).toContain(squeezed(shown));
    }
  });

  const all = [NASTY.join(' '), `x${NASTY.join('\n')}`];
  it.each(allProperties())('in one field: %s', (property) => {
    for (const report of full.filter((each) => propertiesOf(each).includes(property))) {
      for (const nasty of all) {
        const spoiled = withTexts(report, (text, path, length) => {
          return path.replace(/(?:\[\])+$/, '') === property ? instead(nasty)(text, path, length) : text;
        });
        expect(offences(seen(renderSummary(spoiled, { links })))).toEqual([]);
      }
    }
  });

  it('is tried with every property that a report can have', () => {
    const tried = new Set(reports.flatMap((report) => propertiesOf(report)));
    expect(allProperties().filter((name) => !tried.has(name))).toEqual([]);
  });
});

describe('a monstrous text', () => {
  it.each([
    ['words', 'word '],
    ['a word', 'x'],
    ['backticks', '`'],
    ['backticks and words', '`a'],
    ['what is escaped', '&*_'],
    ['emoji', '🙂'],
    ['wide characters', '漢'],
    ['mentions', '@a '],
    ['lines', 'x\n'],
    ['empty lines', '\n'],
  ])('of %s in all fields at once keeps to the limit, and halves no character', (_, piece) => {
    const text = piece.repeat(100_000);
    for (const report of reports) {
      const spoiled = withTexts(report, instead(text));
      for (const limit of [3_000, 10_000, 60_000]) {
        const marker = markerFor(report);
        const comment = renderComment(spoiled, { links, marker, limit });
        expect(comment.length).toBeLessThanOrEqual(limit);
        expect(readMarker(comment)).toEqual(marker);
        expect(comment).not.toMatch(/\p{Surrogate}/u);
        expect(comment).toContain('\n### ');
      }
      expect(Buffer.byteLength(renderSummary(spoiled, { links }))).toBeLessThan(1_048_576);
    }
  });
});

/** All that is on the page and should not be there. */
function offences({ elements, comments, prose }: Seen): string[] {
  return [
    ...elements.flatMap(({ name, attributes }) => {
      const allowed = OURS[name];
      if (allowed === undefined) return [`<${name}>`];
      return Object.entries(attributes).flatMap(([key, value]) =>
        allowed[key]?.test(value) === true ? [] : [`<${name} ${key}="${value}">`],
      );
    }),
    ...comments
      .filter((comment) => readMarker(`<!--${comment}-->`) === undefined)
      .map((comment) => `<!--${comment}-->`),
    ...comments.slice(1),
    ...prose.flatMap((text) => ACTIVE.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])),
  ];
}

const OURS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  h3: {},
  h4: {},
  p: {},
  ul: {},
  li: {},
  strong: {},
  br: {},
  sub: {},
  pre: {},
  code: { class: /^language-(sql|diff|yaml|text)$/ },
  summary: {},
  details: { open: /^$/ },
  a: {
    href: /^https:\/\/github\.com\/(acme\/shop\/(blob\/9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708\/|actions\/runs\/1234)|lockstep-dev\/lockstep\/)/,
  },
};

/** What GitHub looks for in text that is no code, after Markdown is done. */
const ACTIVE: readonly RegExp[] = [
  /@[\w-]/,
  /#\d/,
  /\bGH-\d/i,
  /https?:|:\/\/|www\./i,
  /:[\w+-]+:/,
  /\$/,
  /\b[0-9a-f]{7,40}\b/,
];

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ');
}
