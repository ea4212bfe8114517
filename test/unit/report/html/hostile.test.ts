import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../../src/report/html/page.ts';
import type { Links } from '../../../../src/report/links.ts';
import type { Report } from '../../../../src/report/model.ts';
import { plain } from '../../../../src/report/plain.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { sampleReports } from '../../../fixtures/reports.ts';
import { everything, failure, told } from '../../../support/reports/everything.ts';
import { allProperties, propertiesOf, withTexts } from '../../../support/reports/free-texts.ts';
import { elements, structure, textOf } from './dom.ts';

const reports: Readonly<Record<string, Report>> = { ...sampleReports, ...deploys, everything, failure, told };

const links: Links = { repository: 'https://github.com/acme/shop', commit: 'abc', run: 'https://ci.test/1' };

/** Each without a line break and without pairs of backticks, which are ours to make paragraphs and code of. */
const NASTY = {
  'a script': '</code></pre></p></li></details></main><script>alert(1)</script>',
  'an image': '"><img src=x onerror=alert(1)>',
  'an event': `' onmouseover='alert(1)' x="`,
  'a script as an address': 'javascript:alert(1)//',
  'data as an address': 'data:text/html,<script>alert(1)</script>',
  'the end of the head': '</style></title><iframe src="javascript:alert(1)"></iframe>',
  'a comment': '<!-- --!> <![CDATA[ ]]> <?php',
  'foreign elements': '<svg/onload=alert(1)><math><mi xlink:href="javascript:alert(1)">',
  'a head':
    '<base href=//evil.test><meta http-equiv=refresh content="0;url=//evil.test"><link rel=stylesheet href=//x>',
  entities: '&lt;script&gt; &#106;avascript: &quot; &amp;amp;',
  templates: `\` <b> $${'{alert(1)}'} {{alert(1)}}`,
  'control characters': '\u0000\u001b[31m\u202e\u2066\u200b<b\u0000>',
} as const;

/** What only other surfaces make something of. */
const NOT_SHOWN =
  /^findings\[\]\.relations|^deployment\.(?:slack\b|code\.url|stages.*\.(?:url|digest|migrations.*|path))/;

const SHORT = `"<b>'`;

/** Every text that can be anything is this one, with a number to tell them apart. */
function spoiled(report: Report, nasty: string): { report: Report; texts: string[] } {
  const texts: string[] = [];
  const changed = withTexts(report, (_, path, length) => {
    if (length !== undefined) return SHORT.slice(0, length);
    const text = `${nasty}~${texts.length}~`;
    if (path.endsWith('docsUrl') || NOT_SHOWN.test(path)) return text;
    texts.push(text);
    return text;
  });
  return { report: changed, texts };
}

const TAGS =
  'html head meta title style body main header nav section article h1 h2 h3 p span strong a code pre ul li div details summary table caption thead tbody tr th td time';
const ATTRIBUTES = 'lang charset http-equiv content name class id href scope datetime open aria-hidden aria-label';

function expectHarmless(page: string): void {
  for (const { tag, attributes } of elements(page)) {
    expect(TAGS.split(' ')).toContain(tag);
    for (const [name, value] of Object.entries(attributes)) {
      expect(ATTRIBUTES.split(' ')).toContain(name);
      if (name === 'href') expect(value).toMatch(/^(https?:\/\/|#[a-z0-9-]+$)/);
      if (name === 'class') expect(value).toMatch(/^[a-z ]+$/);
    }
  }
}

describe('a page of hostile texts', () => {
  it('is tried with every property that a report can have', () => {
    const tried = new Set([...propertiesOf(everything), ...propertiesOf(failure), ...propertiesOf(told)]);
    expect(allProperties().filter((name) => !tried.has(name))).toEqual([]);
  });

  for (const [name, report] of Object.entries(reports)) {
    it.each(Object.entries(NASTY))(`has the elements of ${name}, and %s as text`, (_, nasty) => {
      const { report: evil, texts } = spoiled(report, nasty);
      const options = { links, title: nasty };
      const page = renderHtml(evil, options);
      expectHarmless(page);
      const tame = spoiled(report, 'x'.repeat(9)).report;
      expect(structure(page)).toEqual(structure(renderHtml(tame, { links, title: 'x' })));
      const shown = textOf(page);
      expect(texts.filter((text) => !shown.includes(plain(text)))).toEqual([]);
    });
  }

  it.each(Object.entries(NASTY))('leads nowhere by addresses with %s', (_, nasty) => {
    for (const before of ['', 'https://x.test/', 'https://x.test:80', 'http://']) {
      const address = before + nasty;
      const evil = withTexts(everything, (text, path) => (path.endsWith('docsUrl') ? address : text));
      expectHarmless(renderHtml(evil, { links: { repository: address, commit: nasty, run: address } }));
    }
  });

  it('obeys no control characters', () => {
    const control = '\u0000\u0007\u001b\u009b\u061c\u200b\u200e\u202e\u2028\u2066\ufeff\u{e0041}';
    const page = renderHtml(spoiled(everything, control).report);
    expect([...control].filter((character) => page.includes(character))).toEqual([]);
  });
});

describe('a page leaves nothing out', () => {
  it.each(Object.entries(reports))('of %s', (_, report) => {
    const addresses: string[] = [];
    const { report: told, texts } = spoiled(report, 'word');
    const linked = withTexts(told, (text, path) => {
      if (!path.endsWith('docsUrl')) return text;
      addresses.push(`https://docs.test/${addresses.length}`);
      return addresses.at(-1) ?? '';
    });
    const page = renderHtml(linked);
    const shown = textOf(page);
    expect(texts.filter((text) => !shown.includes(text))).toEqual([]);
    const led = new Set(elements(page).map(({ attributes }) => attributes.href));
    expect(addresses.filter((address) => !led.has(address))).toEqual([]);
  });
});
