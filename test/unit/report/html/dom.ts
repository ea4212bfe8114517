import { type DefaultTreeAdapterTypes, parse } from 'parse5';

/** A page as a browser's parser reads it. */

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text inside. */
  readonly text: string;
}

/** The page's elements in their order. */
export function elements(page: string): Element[] {
  return elementsOf(parse(page));
}

/** What a reader may read, folded or not; of the head, the title. */
export function textOf(page: string): string {
  return textOfNode(parse(page));
}

/** 'p class', 'a href': what text must never change. */
export function structure(page: string): string[] {
  return elements(page).map(({ tag, attributes }) => [tag, ...Object.keys(attributes)].join(' '));
}

function elementsOf(node: Node): Element[] {
  const inside = 'childNodes' in node ? node.childNodes.flatMap(elementsOf) : [];
  if (!('tagName' in node)) return inside;
  const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
  return [{ tag: node.tagName, attributes, text: textOfNode(node) }, ...inside];
}

function textOfNode(node: Node): string {
  if ('value' in node) return node.value;
  if ('tagName' in node && node.tagName === 'style') return '';
  return 'childNodes' in node ? node.childNodes.map(textOfNode).join('') : '';
}
