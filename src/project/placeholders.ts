/**
 * Replaces `:NAME` and `${NAME}` by the project's values, everywhere in a text, before anything parses it. Only names
 * that have a value: `::type` casts, slices (`a[1:2]`) and names that mean something else stay. Values are put in as
 * they are; line breaks in them become spaces, so that lines stay true (columns after a placeholder move).
 */
export function replacePlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  const names = Object.keys(values).map((name) => name.replace(/[^\w]/g, '\\$&'));
  if (names.length === 0) return text;
  // Longest first: `:OWNER_ROLE` is not `:OWNER` followed by text.
  const any = names.sort((a, b) => b.length - a.length).join('|');
  return text.replace(
    new RegExp(`\\$\\{(${any})\\}|(?<![:\\w])(?::(${any}))(?!\\w)`, 'g'),
    (whole, braced?: string, colon?: string) => (values[braced ?? colon ?? ''] ?? whole).replace(/\r\n|[\r\n]/g, ' '),
  );
}

/** How a placeholder gets its value, to paste. */
export function valueFor(name: string): string {
  const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
  return `Give its value in lockstep.yml:\nrehearsal:\n  placeholders:\n    ${key}: value`;
}
