import { addressesIn } from '../settings/credentials.ts';
import type { Secret } from '../settings/types.ts';
import { FIXED_FIELDS, NAMING_FIELDS } from './structural-fields.ts';

/** Secrets as they may turn up in texts: connection URLs whole, their passwords, and both as encoders write them. */

/** Shorter ones are words: to strike them out everywhere would hide more than it protects. */
const LEAST_LENGTH = 4;
/** Of a secret of several lines. */
const LEAST_LINE = 8;

const STRUCK = '***';

/** Every form of a secret that a text may hold, the longest first. Of a URL that is only stripped: the URL, not its password. */
export function secretForms({ value, masked }: Secret): string[] {
  const whole = value.trim();
  if (whole.length < LEAST_LENGTH) return [];
  const addresses = masked ? addressesIn(whole) : [];
  // Host, user and database of a URL stay readable: a password that is one of them cannot be struck out.
  const passwords = addresses.flatMap(({ passwords: all, names }) => all.filter((word) => !names.includes(word)));
  const pairs = addresses.length === 0 ? [`x-access-token:${whole}`] : addresses.flatMap((address) => address.pairs);
  const parts = [value, whole, ...passwords.filter((password) => password.length >= LEAST_LENGTH)];
  const forms = [
    ...parts.flatMap((part) => [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]),
    ...linesOf(whole),
    ...[...parts, ...pairs].flatMap(base64Forms),
  ];
  return [...new Set(forms)].filter((form) => form.length >= LEAST_LENGTH).sort((a, b) => b.length - a.length);
}

/** A private key is printed line by line, or stands on one line with its breaks escaped; the lines round it are no secret. */
function linesOf(value: string): string[] {
  const lines = value.split(/\r?\n|\\n/).map((line) => line.trim());
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= LEAST_LINE && !line.startsWith('-----'));
}

/** Without the padding, which is all that may follow. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

/** Takes the secrets out of texts. */
export function createScrubber(secrets: readonly Secret[]): (text: string) => string {
  const forms = secrets.flatMap(secretForms).sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, STRUCK);
}

/** A report with the secrets taken out of its strings; keys stay, and so do fields that say where and which. */
export function scrubbed<T>(report: T, secrets: readonly Secret[]): T {
  if (secrets.length === 0) return report;
  const everywhere = createScrubber(secrets);
  // No path and no name is a token of ours or a URL by chance.
  const inNames = createScrubber(secrets.filter(({ value, masked }) => masked || value.includes('://')));
  return mapStrings(report, (text, field) => {
    if (FIXED_FIELDS.has(field)) return text;
    return NAMING_FIELDS.has(field) ? inNames(text) : everywhere(text);
  });
}

/** The field of a string is its path without indexes: `findings.path`. */
function mapStrings<T>(value: T, change: (text: string, field: string) => string): T {
  const visit = (part: unknown, field: string): unknown => {
    if (typeof part === 'string') return change(part, field);
    if (Array.isArray(part)) return part.map((inner) => visit(inner, field));
    if (typeof part !== 'object' || part === null) return part;
    const inside = field === '' ? '' : `${field}.`;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner, `${inside}${key}`)]));
  };
  // Strings become strings: the shape stays.
  return visit(value, '') as T;
}

/** The secrets of a run, which may grow while it goes on: a URL that was found in a file is one, too. */
export class Secrets {
  #all: readonly Secret[];
  #scrubber: (text: string) => string;

  constructor(secrets: readonly Secret[]) {
    this.#all = secrets;
    this.#scrubber = createScrubber(secrets);
  }

  add(value: string): void {
    this.#all = [...this.#all, { value, masked: true }];
    this.#scrubber = createScrubber(this.#all);
  }

  /** A text without them. */
  strip(text: string): string {
    return this.#scrubber(text);
  }

  /** A report without them: see `scrubbed`. */
  scrub<T>(report: T): T {
    return scrubbed(report, this.#all);
  }
}
