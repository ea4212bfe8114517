import { oneLine } from '../network.ts';
import { SlackError } from './slack.ts';

/** From what came over the wire to what it means. */

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Too many messages: at either of the two doors told by the status, and by these names. */
const LIMITS: readonly string[] = ['ratelimited', 'rate_limited'];

/** Errors of Slack's own behind a status of 200. Something of what was asked may be done. */
const OWN_ERRORS: readonly string[] = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'update_failed',
];

/** What a method of the Web API says: `ok`, and what belongs to it. Throws SlackError when it is not. */
export function apiAnswer({ status, retryAfter, text }: Answer, secrets: readonly string[]): Fields {
  throwUnlessAnswered(status, retryAfter);
  const fields = fieldsOf(text);
  if (typeof fields?.ok !== 'boolean') throw new SlackError({ kind: 'strange', status });
  if (fields.ok) return fields;
  const code = codeOf(fields.error);
  if (LIMITS.includes(code)) throw new SlackError({ kind: 'rate-limit', waitSeconds: secondsOf(retryAfter) });
  if (OWN_ERRORS.includes(code)) throw new SlackError({ kind: 'server', status, code });
  if (code === 'missing_scope') {
    const [needed, provided] = [fields.needed, fields.provided].map((each) => oneLine(asText(each), secrets));
    throw new SlackError({ kind: 'scope', needed: needed ?? '', provided: provided ?? '' });
  }
  throw new SlackError({ kind: 'refused', status, code, said: oneLine(detailsOf(fields, code), secrets) });
}

/**
 * What a webhook says. Slack's says 'ok', and 'no_service' and their like with a status of 400 and more; a workflow's
 * trigger, Mattermost and Rocket.Chat say either in JSON. Throws SlackError when it did not take the message.
 */
export function webhookAnswer({ status, retryAfter, text }: Answer, secrets: readonly string[]): void {
  throwUnlessAnswered(status, retryAfter);
  if ((status >= 300 && status < 400) || /^\s*</.test(text)) throw new SlackError({ kind: 'strange', status });
  const fields = fieldsOf(text);
  if (status < 300 && fields?.ok !== false && fields?.success !== false) return;
  const word = fields === undefined ? text : (fields.error ?? fields.id ?? '');
  const code = codeOf(word);
  if (LIMITS.includes(code)) throw new SlackError({ kind: 'rate-limit', waitSeconds: secondsOf(retryAfter) });
  const said = code === '' ? asText(fields?.message) || text : asText(fields?.message);
  throw new SlackError({ kind: 'refused', status, code, said: oneLine(said, secrets) });
}

function throwUnlessAnswered(status: number, retryAfter: string | null): void {
  if (status === 429) throw new SlackError({ kind: 'rate-limit', waitSeconds: secondsOf(retryAfter) });
  if (status >= 500) throw new SlackError({ kind: 'server', status, code: '' });
}

/** Whole seconds, says Slack. undefined: it did not say. */
function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header.trim()) ? Number(header) : undefined;
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Slack's names of errors are words with underscores; anything else is not one. */
function codeOf(value: unknown): string {
  const word = asText(value).trim();
  return /^[a-z][a-z0-9_]{0,80}$/.test(word) ? word : '';
}

/** Where something is wrong with blocks, `response_metadata` says what and where. */
function detailsOf({ error, response_metadata: more }: Fields, code: string): string {
  const messages = typeof more === 'object' && more !== null && 'messages' in more ? more.messages : undefined;
  const said = Array.isArray(messages) ? messages.filter((each) => typeof each === 'string').join('; ') : '';
  return said || (code === '' ? asText(error) : '');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
