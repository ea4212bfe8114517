import { readMarker } from '../../../../src/report/markdown/marker.ts';
import type { Report } from '../../../../src/report/model.ts';
import { everything, failure, told } from '../../../support/reports/everything.ts';
import type { Seen } from './as-github.ts';

/** As much of it as shows each property in each way: one of a kind is enough, and is quickly parsed. */
const lean: Report = {
  ...everything,
  migrations: everything.migrations.slice(-1),
  findings: everything.findings.filter(({ severity }, index, all) => severity !== 'block' || index > all.length - 3),
  schemaDiff: { tables: everything.schemaDiff?.tables.slice(0, 1) ?? [] },
};

/** Reports in which nothing is missing, between them. What is told of an error depends on whether a finding tells of it. */
export const full: readonly Report[] = [
  lean,
  failure,
  told,
  { ...lean, findings: [] },
  { ...lean, command: 'apply', result: 'failed' },
  { ...lean, command: 'apply', result: 'busy' },
  { ...lean, command: 'apply', result: 'refused', error: failure.error },
  { ...lean, command: 'plan', result: 'planned' },
  { ...lean, command: 'plan', result: 'superseded' },
  { ...lean, command: 'status', result: 'passed' },
  { ...lean, command: 'baseline', result: 'blocked' },
];

/** What Markdown, HTML or GitHub makes something of. */
export const NASTY: readonly string[] = [
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
export const instead = (text: string) => (_: string, __: string, length?: number) =>
  length === undefined ? text : '<b>@x'.slice(0, length);

/** All that is on the page and should not be there. */
export function offences({ elements, comments, prose }: Seen): string[] {
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
  code: { class: /^language-(sql|diff|yaml|sh|text)$/ },
  summary: {},
  details: { open: /^$/ },
  a: {
    href: /^https:\/\/github\.com\/(acme\/shop\/(blob\/9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708\/|actions\/runs\/1234|pull\/\d+$)|lockstep-dev\/lockstep\/)/,
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
