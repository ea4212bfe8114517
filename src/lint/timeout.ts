import { POSTGRES_UNITS } from '../settings/duration.ts';

/**
 * As Postgres reads a time setting whose unit is the millisecond (parse_int in utils/misc/guc.c): hexadecimal and octal
 * as C writes them; fractions rounded to the next smaller unit, so that '0.001h' is no minute and 0. undefined: it would
 * refuse it.
 */
export function timeoutMs(written: string): number | undefined {
  const [, sign, digits, unit = 'ms'] = TIME.exec(written) ?? [];
  // Units are case-sensitive in Postgres: '5S' is refused, and so is no concern of ours.
  const at = POSTGRES_UNITS.findIndex(([name]) => name === unit);
  const number = digits === undefined ? undefined : numberOf(digits);
  const [, factor] = POSTGRES_UNITS[at] ?? [];
  if (number === undefined || factor === undefined) return undefined;
  // The next one is the next smaller.
  const [, smaller] = POSTGRES_UNITS[at + 1] ?? [];
  const ms = smaller === undefined ? number * factor : roundHalfEven((number * factor) / smaller) * smaller;
  return roundHalfEven(sign === '-' ? 0 - ms : ms);
}

const TIME = /^\s*([+-]?)(0x[\da-f]+(?:\.[\da-f]*)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(us|ms|s|min|h|d)?\s*$/i;

function numberOf(digits: string): number | undefined {
  const [, whole, fraction] = /^0x([\da-f]+)(?:\.([\da-f]*))?$/i.exec(digits) ?? [];
  if (whole !== undefined) {
    const part = fraction ? Number.parseInt(fraction, 16) / 16 ** fraction.length : 0;
    return Number.parseInt(whole, 16) + part;
  }
  // Octal only as a whole number; the point or the exponent makes it decimal.
  if (/^0\d+$/.test(digits)) return /[89]/.test(digits) ? undefined : Number.parseInt(digits, 8);
  return Number(digits);
}

/** As C's rint: 0.5 is 0. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
