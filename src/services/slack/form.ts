import { SlackError } from './slack.ts';

/** What cannot be a token or a webhook's address is told before anybody is asked, and never quoted. */

/** A line break at the end is a common slip. Throws SlackError. */
export function tokenOf(given: string): string {
  const token = given.trim();
  const why = whyNoToken(token);
  if (why !== undefined) throw new SlackError({ kind: 'malformed', what: 'slack_token', why });
  return token;
}

function whyNoToken(token: string): string | undefined {
  if (token === '') return 'is empty';
  // No header can hold it, and it would look like a broken network.
  if (/[^\x21-\x7e]/.test(token)) return 'holds a space, a line break or another character that no token has';
  if (/^https?:/i.test(token)) return 'is an address: that of an incoming webhook belongs into slack_webhook';
  if (/^xapp-/.test(token)) return 'is an app-level token (xapp-...), which cannot post messages';
  return undefined;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * https of whatever host: besides hooks.slack.com and hooks.slack-gov.com others take the same messages (Mattermost, Rocket.Chat,
 * a relay of one's own). Without https only to this machine: the address is as good as a password. Throws SlackError.
 */
export function webhookOf(given: string): URL {
  const address = given.trim();
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const why = url === undefined ? whyNoAddress(address) : whyNoWebhook(url);
  if (url === undefined || why !== undefined)
    throw new SlackError({ kind: 'malformed', what: 'slack_webhook', why: why ?? 'is no address' });
  return url;
}

/** Another place of the API: a token goes with each call, so that the same holds as of a webhook. Throws SlackError. */
export function apiAddressOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const why = url === undefined ? 'is no address: it begins with https://' : whyNoWebhook(url);
  if (why !== undefined) throw new SlackError({ kind: 'malformed', what: 'SLACK_API_URL', why });
  return given.replace(/\/+$/, '');
}

function whyNoAddress(address: string): string {
  if (address === '') return 'is empty';
  if (/^xox/.test(address)) return 'is a token, which belongs into slack_token';
  return 'is no address: it begins with https://';
}

function whyNoWebhook({ protocol, hostname, username, password }: URL): string | undefined {
  if (username !== '' || password !== '') return 'holds a user or a password, which no webhook has';
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
  return 'does not begin with https://';
}
