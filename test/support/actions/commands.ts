/**
 * Workflow commands in a step's output, read as the runner reads them (actions/runner, ActionCommand.cs). Two forms:
 * `::name key=value,key=value::data` at the beginning of a line, and the old `##[name key=value;key=value]data` anywhere in
 * it. What names no known command is output like any other.
 */
export interface Command {
  readonly name: string;
  /** By name in lower case. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** `known`: names in lower case. undefined: not a command. */
export function parseCommand(line: string, known: ReadonlySet<string>): Command | undefined {
  return parseNew(line, known) ?? parseOld(line, known);
}

/** What .NET takes for blanks: not all that JavaScript does, and one that it does not (U+0085). */
const LEADING_BLANKS = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function parseNew(line: string, known: ReadonlySet<string>): Command | undefined {
  const text = line.replace(LEADING_BLANKS, '');
  const end = text.startsWith('::') ? text.indexOf('::', 2) : -1;
  if (end < 0) return undefined;
  const head = parseHead(text.slice(2, end), ',', unescaper(PROPERTY_ESCAPES), known);
  return head && { ...head, data: unescaper(BREAKS)(text.slice(end + 2)) };
}

function parseOld(line: string, known: ReadonlySet<string>): Command | undefined {
  const begin = line.indexOf('##[');
  const end = begin < 0 ? -1 : line.indexOf(']', begin);
  if (end < 0) return undefined;
  const head = parseHead(line.slice(begin + 3, end), ';', unescaper(OLD_ESCAPES), known);
  return head && { ...head, data: unescaper(OLD_ESCAPES)(line.slice(end + 1)) };
}

function parseHead(
  text: string,
  separator: string,
  unescapeValue: (text: string) => string,
  known: ReadonlySet<string>,
): Omit<Command, 'data'> | undefined {
  const space = text.indexOf(' ');
  const name = space < 0 ? text : text.slice(0, space);
  if (!known.has(name.toLowerCase())) return undefined;
  const properties =
    space <= 0
      ? []
      : text
          .slice(space + 1)
          .trim()
          .split(separator);
  const pairs = properties.flatMap((property) => {
    const equals = property.indexOf('=');
    const value = property.slice(equals + 1);
    return equals > 0 && value !== '' ? [[property.slice(0, equals).toLowerCase(), unescapeValue(value)] as const] : [];
  });
  return { name, properties: Object.fromEntries(pairs) };
}

type Escapes = readonly (readonly [written: string, meant: string])[];

/** '%' comes last, so that `%250A` is read as the three characters `%0A`. */
const PERCENT = ['%25', '%'] as const;
const BREAKS: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
];
const PROPERTY_ESCAPES: Escapes = [...BREAKS, ['%3A', ':'], ['%2C', ',']];
const OLD_ESCAPES: Escapes = [['%3B', ';'], ...BREAKS, ['%5D', ']']];

function unescaper(escapes: Escapes): (text: string) => string {
  return (text) => [...escapes, PERCENT].reduce((all, [written, meant]) => all.replaceAll(written, meant), text);
}
