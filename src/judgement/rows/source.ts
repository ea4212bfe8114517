/** Pieces of a statement as they stand in the file: an expression that somebody wrote is read better than one made anew. */

/** Strings, quoted names, comments and dollar quotes count as one; all else sign by sign. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$\w*\$)[\s\S]*?\1|[\w$]+|[\s\S]/g;

/** What stands in the first parentheses after a keyword; undefined: there are none. */
export function inParentheses(text: string, keyword: string): string | undefined {
  let depth = 0;
  let begin: number | undefined;
  let seen = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (!seen) seen = token.toLowerCase() === keyword;
    else if (token === '(') {
      begin ??= index + 1;
      depth++;
    } else if (token === ')') {
      depth--;
      if (depth === 0) return text.slice(begin, index).trim();
    }
  }
  return undefined;
}

/** What follows a keyword outside of parentheses, to the end; undefined: it does not stand there. */
export function afterKeyword(text: string, keyword: string): string | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth === 0 && token.toLowerCase() === keyword) return text.slice(index + token.length).trim();
  }
  return undefined;
}

/** Script text from a place that the parser gives: it counts bytes. */
export function fromByte(text: string, byte: unknown): string {
  return typeof byte === 'number' ? Buffer.from(text, 'utf8').toString('utf8', byte) : text;
}
