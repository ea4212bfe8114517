import { credentialsOf } from '../settings/credentials.ts';
import type { Secret } from '../settings/types.ts';

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
  const { passwords, pairs } = (masked ? credentialsOf(whole) : undefined) ?? {
    passwords: [],
    pairs: [`x-access-token:${whole}`],
  };
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
