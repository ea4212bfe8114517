/** Catalog texts as people write them. */

/** Postgres' long names for types that everybody writes shorter. */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/\bcharacter varying\b/g, 'varchar'],
  [/\bcharacter(?=\(\d)/g, 'char'],
  [/\btimestamp(\(\d\))? with time zone\b/g, 'timestamptz$1'],
  [/\btimestamp(\(\d\))? without time zone\b/g, 'timestamp$1'],
  [/\btime(\(\d\))? with time zone\b/g, 'timetz$1'],
  [/\btime(\(\d\))? without time zone\b/g, 'time$1'],
];

/** Shorter type names, and no schema where it is the object's own: 'public.order_status' -> 'order_status'. Literals stay. */
export function short(text: string, schema: string): string {
  return text
    .split(/('(?:[^']|'')*')/)
    .map((piece, at) => (at % 2 === 1 ? piece : shortPiece(piece, schema)))
    .join('');
}

function shortPiece(text: string, schema: string): string {
  let result = text;
  for (const [long, word] of SHORT) result = result.replace(long, word);
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) return result;
  return result.replace(new RegExp(`(?<![\\w$."])${schema}\\.(?=["\\w])`, 'g'), '');
}

/** A column's default: a literal needs no cast, the column's type tells it. */
export function defaultText(value: string, schema: string): string {
  return oneLine(short(value, schema).replace(/^('(?:[^']|'')*')::[\w\s."()[\],]+$/, '$1'));
}

/** An expression in the brackets that Postgres writes round it only sometimes. */
export function bracketed(expression: string): string {
  const line = oneLine(expression);
  return line.startsWith('(') && line.endsWith(')') ? line : `(${line})`;
}

/** Finds a name where it stands as a whole: `note` in '(note, at)', and not in 'notes'. */
export function wholeName(name: string, flags = ''): RegExp {
  return new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`, flags);
}

/** A list of names in a definition: '(id, "Order")' -> ['id', 'Order']. */
export function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([\w$]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

const ONE_LINE = 160;
/** Equal characters that are shown before a difference. */
const CONTEXT = 40;

/** On one line, and not longer than a line may be. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > ONE_LINE ? `${line.slice(0, ONE_LINE - 1)}…` : line;
}

/** Two texts, each on one line; where they are long, the part round the first place in which they differ. */
export function differing(before: string, after: string): readonly [before: string, after: string] {
  const [old, now] = [before, after].map((text) => text.replace(/\s+/g, ' ').trim()) as [string, string];
  if (Math.max(old.length, now.length) <= ONE_LINE) return [old, now];
  let same = 0;
  while (same < old.length && old[same] === now[same]) same++;
  const from = same <= CONTEXT ? 0 : same - CONTEXT;
  const window = (text: string): string => `${from > 0 ? '…' : ''}${oneLine(text.slice(from))}`;
  return [window(old), window(now)];
}

/** 'a', 'a and b', 'a, b and c'; more than `most` are counted. */
export function enumerate(words: readonly string[], most = 8): string {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : words;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
