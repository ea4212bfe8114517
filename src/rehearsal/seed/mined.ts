/** Constants that a condition compares with: among them, or beside them, are values that meet it. */

const MOST = 40;
const LONGEST = 1_000;

/**
 * Texts and numbers of conditions as the server writes them, with their neighbours, texts of the lengths that they name,
 * and texts that their regular expressions may match.
 */
export function mined(conditions: readonly string[]): string[] {
  const found = new Set<string>();
  for (const condition of conditions) {
    const strings = [...condition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"));
    for (const text of strings) {
      found.add(text);
      for (const one of likenesses(text)) found.add(one);
      // An array's literal: '{a,b}'.
      if (/^\{.*\}$/s.test(text))
        for (const part of text.slice(1, -1).split(',')) found.add(part.replace(/^"(.*)"$/, '$1'));
    }
    const numbers = [...condition.replace(/'(?:[^']|'')*'/g, '').matchAll(/(?<![\w.])-?\d+(?:\.\d+)?/g)].map(Number);
    const whole = strings.filter((text) => /^-?\d+(\.\d+)?$/.test(text)).map(Number);
    for (const number of [...numbers, ...whole]) {
      for (const near of [number, number + 1, number - 1, number + 2]) found.add(String(near));
      const isLength = /length|~/i.test(condition) && Number.isInteger(number) && number > 0 && number <= LONGEST;
      if (isLength) for (const sign of ['a', 'b', 'c', '1']) found.add(sign.repeat(number));
    }
  }
  return [...found].slice(0, MOST);
}

/** What a simple pattern of LIKE or a regular expression matches, three ways; none where it is not simple. */
function likenesses(pattern: string): string[] {
  if (/^[^%_]*[%_]/.test(pattern) && !/[\\[(^$]/.test(pattern)) {
    return ['1', '2', '3'].map((one) => pattern.replaceAll('%', one).replaceAll('_', one));
  }
  if (!/[\\[(^$+*?{|.]/.test(pattern)) return [];
  return [0, 1, 2].flatMap((turn) => matching(pattern, turn) ?? []);
}

/** A text that a simple regular expression matches: classes, groups, alternatives and counts; undefined for more. */
export function matching(pattern: string, turn: number): string | undefined {
  let at = pattern.startsWith('^') ? 1 : 0;
  const alternatives = (): string | undefined => {
    const all: string[] = [];
    for (;;) {
      const one = sequence();
      if (one === undefined) return undefined;
      all.push(one);
      if (pattern[at] !== '|') return all[turn % all.length];
      at++;
      if (pattern[at] === '^') at++;
    }
  };
  const sequence = (): string | undefined => {
    let text = '';
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const one = atom();
      if (one === undefined) return undefined;
      const times = count();
      // Counts multiply where groups nest.
      if (one.length * times > LONGEST) return undefined;
      text += one.repeat(times);
    }
    return text;
  };
  const atom = (): string | undefined => {
    const sign = pattern[at++] ?? '';
    if (sign === '$') return '';
    if (sign === '.') return pick('abc');
    if (sign === '\\') {
      const name = pattern[at++] ?? '';
      return pick(CLASSES[name] ?? name);
    }
    if (sign === '[') return bracket();
    if (sign !== '(') return '^*+?{'.includes(sign) ? undefined : sign;
    if (pattern.startsWith('?:', at)) at += 2;
    else if (pattern[at] === '?') return undefined;
    const inside = alternatives();
    return pattern[at++] === ')' ? inside : undefined;
  };
  const pick = (signs: string): string => signs[turn % signs.length] ?? '';
  const bracket = (): string | undefined => {
    const end = pattern.indexOf(']', at + (pattern[at] === ']' || pattern.startsWith('^]', at) ? 2 : 1));
    if (end < 0) return undefined;
    const inside = pattern.slice(at, end);
    at = end + 1;
    if (inside.startsWith('[:')) return undefined;
    if (inside.startsWith('^')) return [...'abc123xyz -'].find((sign) => !expanded(inside.slice(1)).includes(sign));
    return pick(expanded(inside));
  };
  const count = (): number => {
    const sign = pattern[at];
    if (sign === '+' || sign === '*' || sign === '?') {
      at++;
      if (pattern[at] === '?') at++;
      return 1;
    }
    const [all = '', least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(pattern.slice(at)) ?? [];
    at += all.length;
    if (all === '') return 1;
    const wanted = Number(least);
    // At least one, where one is allowed: an empty text is the likeliest to be refused by something else.
    const atLeastOne = comma === ',' && most !== '0' ? Math.max(wanted, 1) : wanted;
    return Math.min(atLeastOne, LONGEST);
  };
  const text = alternatives();
  return at === pattern.length ? text : undefined;
}

const CLASSES: Readonly<Record<string, string>> = { d: '123', w: 'abc', s: ' ', D: 'abc', S: 'abc', n: '\n', t: '\t' };

/** The signs of a bracket expression, of a range the first three. */
function expanded(inside: string): string {
  const listed = inside.replace(/\\([dw])/g, (_, name: string) => CLASSES[name] ?? '');
  return listed.replace(/\\(.)/g, '$1').replace(/(.)-(.)/g, (_, from: string, to: string) => {
    const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
    return Array.from({ length: Math.min(3, last - first + 1) }, (__, by) => String.fromCharCode(first + by)).join('');
  });
}
