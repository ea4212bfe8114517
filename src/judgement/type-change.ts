/** What a change of a column's type can do to its values. Types are as `format_type` writes them. */

interface Type {
  readonly base: string;
  readonly mods: readonly number[];
}

function parse(type: string): Type {
  const mods = type.match(/\(([\d,\s]+)\)/)?.[1] ?? '';
  return { base: type.replace(/\([\d,\s]+\)/, ''), mods: mods === '' ? [] : mods.split(',').map(Number) };
}

/** Integer digits that a whole number type may need. */
const WHOLE: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };
const TEXT: ReadonlySet<string> = new Set(['text', 'character varying', 'character', 'citext', 'name']);
const EXACT_IN: Readonly<Record<string, readonly string[]>> = {
  smallint: ['real', 'double precision'],
  integer: ['double precision'],
  real: ['double precision'],
  date: ['timestamp without time zone', 'timestamp with time zone'],
  'timestamp without time zone': ['timestamp with time zone'],
  'timestamp with time zone': ['timestamp without time zone'],
  json: ['jsonb'],
  jsonb: ['json'],
  cidr: ['inet'],
};

/** Whether every value of one type has its like in the other. What is not known to fit does not. */
export function fits(from: string, to: string): boolean {
  if (from === to) return true;
  if (from.endsWith('[]') && to.endsWith('[]')) return fits(from.slice(0, -2), to.slice(0, -2));
  const [old, now] = [parse(from), parse(to)];
  if (TEXT.has(now.base)) {
    const [length] = now.mods;
    return length === undefined
      ? now.base !== 'character'
      : TEXT.has(old.base) && (old.mods[0] ?? Number.POSITIVE_INFINITY) <= length;
  }
  if (old.base === now.base)
    return old.base === 'numeric'
      ? numericFits(old, now)
      : (old.mods[0] ?? Number.POSITIVE_INFINITY) <= (now.mods[0] ?? Number.POSITIVE_INFINITY);
  const digits = WHOLE[old.base];
  if (digits !== undefined && WHOLE[now.base] !== undefined) return digits <= (WHOLE[now.base] ?? 0);
  if (digits !== undefined && now.base === 'numeric') return now.mods.length === 0 || wholeDigits(now) >= digits;
  return EXACT_IN[old.base]?.includes(now.base) === true && now.mods.length === 0;
}

/** Whether Postgres' own conversion cuts values down in silence: the time of a timestamp, the fraction of a number. */
export function cutsOff(from: string, to: string): boolean {
  if (fits(from, to)) return false;
  const [old, now] = [parse(from), parse(to)];
  if (/^time/.test(old.base)) return /^(date|time)/.test(now.base);
  if (!['numeric', 'real', 'double precision'].includes(old.base)) return false;
  return (
    WHOLE[now.base] !== undefined ||
    now.base === 'real' ||
    (now.base === 'numeric' && (now.mods[1] ?? 0) < (old.mods[1] ?? Number.POSITIVE_INFINITY))
  );
}

function numericFits(old: Type, now: Type): boolean {
  if (now.mods.length === 0) return true;
  return old.mods.length > 0 && wholeDigits(now) >= wholeDigits(old) && (now.mods[1] ?? 0) >= (old.mods[1] ?? 0);
}

function wholeDigits({ mods: [precision = 0, scale = 0] }: Type): number {
  return precision - scale;
}
