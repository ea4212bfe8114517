import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Place } from '../project/place.ts';

/** A YAML file as a plain value that remembers where each part stood. */
interface YamlDocument {
  /** {} for an empty file. */
  readonly value: unknown;
  /** The place of what stands at a path: of its key where it has one, else of the value. */
  keyPlace(path: readonly PropertyKey[]): Place;
  /** The place of the value at a path, or of the nearest thing around it that exists. */
  valuePlace(path: readonly PropertyKey[]): Place;
}

interface YamlProblem extends Place {
  readonly message: string;
}

/** A map that somebody nested in aliases ten times over would fill the memory; a real one has a handful. */
const MAXIMUM_ALIASES = 50;

/** Maps whose values are text, whatever they look like: `1.10` must not become 1.1. */
const TEXT_MAPS = new Set(['placeholders', 'settings']);

/** Numbers that may be longer than JavaScript's are exact. */
const TEXT_KEYS = new Set(['lock_key']);

/** Parses YAML 1.2. Keys that are given twice are problems beside a value; after a syntax error there is no value. */
export function parseYaml(text: string): { document: YamlDocument | undefined; problems: YamlProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map((error) => {
    // The library's own words for this one speak to programmers.
    const message = error.code === 'MULTIPLE_DOCS' ? 'a second document begins here' : lowerFirst(error.message);
    return { ...placeAt(error.pos[0]), message };
  });
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return { document: undefined, problems };
  prepare(document);
  const rootOffset = document.contents?.range?.[0] ?? 0;
  const offsetOf = (path: readonly PropertyKey[], of: 'key' | 'value'): number => {
    return nodeAt(document, path, of)?.range?.[0] ?? rootOffset;
  };
  try {
    return {
      document: {
        value: document.toJS({ maxAliasCount: MAXIMUM_ALIASES }) ?? {},
        keyPlace: (path) => placeAt(offsetOf(path, 'key')),
        valuePlace: (path) => placeAt(offsetOf(path, 'value')),
      },
      problems,
    };
  } catch (error) {
    // An alias that points nowhere, or too many of them.
    const message = error instanceof Error ? lowerFirst(error.message) : String(error);
    return { document: undefined, problems: [...problems, { line: 1, column: 1, message }] };
  }
}

/** A key without a value is a key not given; numbers in a map of texts are taken as they were written. */
function prepare(document: Document.Parsed): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (value === null || (isScalar(value) && value.value === null)) return visit.REMOVE;
      if (isScalar(key) && TEXT_KEYS.has(String(key.value)) && isScalar(value) && value.source) {
        value.value = value.source;
        return undefined;
      }
      if (!isScalar(key) || !TEXT_MAPS.has(String(key.value)) || !isMap(value)) return undefined;
      for (const { value: item } of value.items) {
        if (isScalar(item) && /^(number|boolean)$/.test(typeof item.value) && item.source) item.value = item.source;
      }
      return undefined;
    },
  });
}

/** The innermost node that exists on a path. */
function nodeAt(document: Document.Parsed, path: readonly PropertyKey[], of: 'key' | 'value'): Node | null {
  let node: Node | null = document.contents;
  for (const [depth, step] of path.entries()) {
    const inside: unknown = isAlias(node) ? node.resolve(document) : node;
    const last = depth === path.length - 1;
    let next: unknown;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      next = last && of === 'key' ? pair?.key : pair?.value;
    } else if (isSeq(inside)) {
      next = inside.items[Number(step)];
    }
    if (next === undefined || next === null) return node;
    node = next as Node;
  }
  return node;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
