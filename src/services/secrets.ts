import type { Secret } from '../settings/types.ts';

/** Secrets as they may turn up in texts: connection URLs whole, their passwords, and both as encoders write them. */

/** Shorter ones are words: to strike them out everywhere would hide more than it protects. */
const LEAST_LENGTH = 4;

const STRUCK = '***';

/** Every form of a secret that a text may hold, the longest first. Of a URL that is only stripped: the URL, not its password. */
export function secretForms({ value, masked }: Secret): string[] {
  const parts = [value, ...(masked ? passwordsOf(value) : [])];
  const forms = parts.flatMap((part) => [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]);
  return [...new Set(forms)].filter((form) => form.length >= LEAST_LENGTH).sort((a, b) => b.length - a.length);
}

/** A connection URL's password as it stands there and decoded: by the userinfo, or by libpq's parameter of that name. */
function passwordsOf(value: string): string[] {
  // Read by hand: a password with a '/' or '#' that nobody has encoded makes a URL that no parser takes apart rightly.
  const [, userinfo] = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:(.*)@[^@]*$/i.exec(value) ?? [];
  const [, parameter] = /[?&]password=([^&#]*)/i.exec(value) ?? [];
  return [userinfo, parameter].flatMap((raw) => (raw ? [raw, decoded(raw)] : []));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Takes the secrets out of texts. */
export function createScrubber(secrets: readonly Secret[]): (text: string) => string {
  const forms = secrets.flatMap(secretForms).sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, STRUCK);
}

/** A plain value, such as a report, with the secrets taken out of every string in it; keys stay. */
export function scrubbed<T>(value: T, secrets: readonly Secret[]): T {
  return secrets.length === 0 ? value : mapStrings(value, createScrubber(secrets));
}

function mapStrings<T>(value: T, change: (text: string) => string): T {
  const visit = (part: unknown): unknown => {
    if (typeof part === 'string') return change(part);
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner)]));
  };
  // Strings become strings: the shape stays.
  return visit(value) as T;
}
