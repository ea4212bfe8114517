import { explain } from './explain.ts';
import { isRefusedAs, type Slack, type SlackMessage, type SlackPlace, type SlackWebhook } from './slack.ts';

/** One message per deployment: posted once, brought up to date in its place, with details in its thread. */

interface Reply {
  readonly message: SlackMessage;
  /** In the channel as well: for what should not be missed. */
  readonly broadcast: boolean;
}

interface MessageRequest {
  /** As it was set: an ID such as C0123456789, or a name. */
  readonly channel: string;
  /** Where the deployment's message is; undefined: there is none yet. */
  readonly previous: SlackPlace | undefined;
  readonly message: SlackMessage;
  readonly replies?: readonly Reply[];
}

export type MessageOutcome =
  /** `place` travels on with the deployment. `warnings`: of details that did not get there. */
  | { readonly kind: 'posted' | 'updated'; readonly place: SlackPlace; readonly warnings: readonly string[] }
  /** The message that was there before, if any, is as it was. */
  | { readonly kind: 'failed'; readonly place: SlackPlace | undefined; readonly warnings: readonly string[] };

/** Never rejects: a message is a messenger, and changes no verdict. */
export async function putMessage(slack: Slack, request: MessageRequest): Promise<MessageOutcome> {
  const { channel, message, replies = [] } = request;
  const { host } = slack;
  const previous = placeFor(request);
  let doing: 'update' | 'post' = previous === undefined ? 'post' : 'update';
  try {
    const updated = previous !== undefined && (await update(slack, previous, message));
    if (!updated) doing = 'post';
    const place = updated ? previous : await slack.postMessage(channel, message);
    return { kind: updated ? 'updated' : 'posted', place, warnings: await tell(slack, place, replies) };
  } catch (error) {
    return { kind: 'failed', place: previous, warnings: [explain(error, { host, channel, doing })] };
  }
}

export type WebhookOutcome = { readonly kind: 'posted' } | { readonly kind: 'failed'; readonly warning: string };

/** Never rejects. */
export async function postByWebhook(webhook: SlackWebhook, message: SlackMessage): Promise<WebhookOutcome> {
  try {
    await webhook.post(message);
    return { kind: 'posted' };
  } catch (error) {
    return { kind: 'failed', warning: explain(error, { host: webhook.host, channel: undefined }) };
  }
}

/** Slack's IDs of channels, groups and direct messages. Anything else is a name, and nobody says whose ID it is. */
const CHANNEL_ID = /^[CGD][A-Z0-9]{7,}$/;

/** An environment may have a channel of its own: there the deployment gets a message of its own. */
function placeFor({ channel, previous }: MessageRequest): SlackPlace | undefined {
  return CHANNEL_ID.test(channel) && previous?.channel !== channel ? undefined : previous;
}

/** It cannot be changed, now or ever: a new one takes its place. */
const GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed'] as const;

/** false: it is not there to be changed. */
async function update(slack: Slack, place: SlackPlace, message: SlackMessage): Promise<boolean> {
  try {
    await slack.updateMessage(place, message);
    return true;
  } catch (error) {
    if (isRefusedAs(error, GONE)) return false;
    throw error;
  }
}

/** What went wrong, told once: what comes after it would fare no better. */
async function tell(slack: Slack, place: SlackPlace, replies: readonly Reply[]): Promise<string[]> {
  try {
    for (const { message, broadcast } of replies) await slack.postReply(place, message, { broadcast });
    return [];
  } catch (error) {
    return [explain(error, { host: slack.host, channel: place.channel, doing: 'reply' })];
  }
}
