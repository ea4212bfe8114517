import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import type { Links } from '../../../../src/report/links.ts';
import type { Marker } from '../../../../src/report/markdown/marker.ts';
import type { Report } from '../../../../src/report/model.ts';

export const links: Links = {
  repository: 'https://github.com/acme/shop',
  commit: '9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708',
  run: 'https://github.com/acme/shop/actions/runs/1234/attempts/1',
};

export function markerFor({ result, findings }: Report): Marker {
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const blocking = open.filter(({ severity }) => severity === 'block').length;
  return { v: 1, scope: '', run: 1234, attempt: 1, head: links.commit, result, blocking, findings: open.length };
}

/** A Markdown page as a browser gets it: what GitHub's parser makes of it, without what GitHub adds and takes away afterwards. */
export interface Seen {
  readonly elements: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
  readonly comments: readonly string[];
  readonly text: string;
  /** Text that is no code: GitHub looks here for mentions, references and links. A piece for each text node. */
  readonly prose: readonly string[];
  readonly html: string;
}

export function seen(markdown: string): Seen {
  return seenAs(micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] }));
}

/** The same of what another parser has made of it. */
export function seenAs(html: string): Seen {
  const found = { elements: [] as Seen['elements'][number][], comments: [] as string[], prose: [] as string[] };
  let text = '';
  const visit = (node: DefaultTreeAdapterTypes.Node, inCode: boolean): void => {
    if (node.nodeName === '#comment' && 'data' in node) found.comments.push(node.data);
    if (node.nodeName === '#text' && 'value' in node) {
      text += node.value;
      if (!inCode) found.prose.push(node.value);
    }
    if ('tagName' in node) {
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
      found.elements.push({ name: node.tagName, attributes });
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child, inCode || node.nodeName === 'code');
  };
  visit(parseFragment(html), false);
  return { ...found, text, html };
}

/** The folds that the page means to have are there, each closed; nothing has swallowed one. Not for hostile texts. */
export function foldsOf(markdown: string): { begun: number; ended: number; real: number } {
  return {
    begun: markdown.match(/^<details/gm)?.length ?? 0,
    ended: markdown.match(/^<\/details>$/gm)?.length ?? 0,
    real: seen(markdown).elements.filter(({ name }) => name === 'details').length,
  };
}
