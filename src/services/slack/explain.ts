import { messageOf } from '../../errors.ts';
import { networkAdvice } from '../network.ts';
import { redact } from '../redact.ts';
import { refusalOf } from './refusals.ts';
import { isUnclear, SlackError, type SlackFailure } from './slack.ts';

/** Why there is no message, and what to do about it, in words for the log of a run. */

interface Circumstances {
  /** 'slack.com' */
  readonly host: string;
  /** undefined: by a webhook. */
  readonly channel: string | undefined;
  /** What was to be done. Default 'post'. */
  readonly doing?: 'post' | 'update' | 'reply';
}

const NOT_DONE = {
  post: 'No message in Slack',
  update: 'The message in Slack is not up to date',
  reply: 'No details in Slack',
} as const;

/** One warning: the first line says what is the case, what to do follows. */
export function explain(error: unknown, circumstances: Circumstances): string {
  const { channel, doing = 'post' } = circumstances;
  const place = channel === undefined ? 'slack_webhook' : `channel ${shown(channel)}`;
  const why =
    error instanceof SlackError
      ? because(error.failure, circumstances)
      : `${redact(messageOf(error))} (a bug in Lockstep)`;
  const perhaps = doing !== 'update' && isUnclear(error) ? ' It may have arrived, and is not sent twice.' : '';
  return `${NOT_DONE[doing]} (${place}): ${why}${perhaps}`;
}

function because(failure: SlackFailure, { host, channel }: Circumstances): string {
  switch (failure.kind) {
    case 'malformed':
      return `${failure.what} ${failure.why}. ${FORM[failure.what]}`;
    case 'scope':
      return lacking(failure.needed, failure.provided);
    case 'refused':
      return refused(failure, host, channel);
    case 'rate-limit':
      return `${host} has had too many messages${until(failure.waitSeconds)}, which is longer than a run waits for its messenger.`;
    case 'server':
      return `${host} answers with an error of its own (${failure.code || failure.status}).`;
    case 'network':
      return `${host} cannot be reached: ${failure.said}. ${networkAdvice(failure.said, failure.proxied)}`;
    case 'strange':
      return `what answers at ${host} is not Slack. Something in between may answer in its stead: a proxy, a login page.`;
    case 'slow':
      return `${host} did not answer within the ${seconds(failure.limitMs)} that it is given.`;
    case 'cancelled':
      return 'the run was cancelled.';
  }
}

const FORM = {
  slack_token: 'The bot token (xoxb-...) of the Slack app stands under its "OAuth & Permissions".',
  SLACK_API_URL: "Slack's own is https://slack.com/api; that of GovSlack, https://slack-gov.com/api.",
  slack_webhook: 'The address stands under "Incoming Webhooks" of the Slack app: https://hooks.slack.com/services/...',
} as const;

function lacking(needed: string, provided: string): string {
  const scope = needed || 'chat:write';
  const has = provided === '' ? '' : ` (it has ${provided})`;
  return `the token lacks the scope ${scope}${has}. Add it under "OAuth & Permissions" of the Slack app (Bot Token Scopes), install the app to the workspace again, and set slack_token to the token that is shown then.`;
}

function refused(
  { status, code, said }: Extract<SlackFailure, { kind: 'refused' }>,
  host: string,
  channel: string | undefined,
): string {
  const details = [code, said].filter((each) => each !== '').join(': ') || `status ${status}`;
  const known = refusalOf(code, channel);
  if (known === undefined) return `${host} refused it (${details}).`;
  return `${known} (${host} says: ${details})`;
}

/** A channel's name may be anything that somebody wrote into a setting. */
function shown(channel: string): string {
  return channel.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 80);
}

function until(wait: number | undefined): string {
  if (wait === undefined) return '';
  return `, and takes none for another ${wait < 90 ? `${wait} s` : `${Math.ceil(wait / 60)} minutes`}`;
}

function seconds(ms: number): string {
  const number = Math.round(ms / 100) / 10;
  return `${number} ${number === 1 ? 'second' : 'seconds'}`;
}
