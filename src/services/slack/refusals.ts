/**
 * What Slack's names of errors mean, and what to do: https://docs.slack.dev/reference/methods/chat.postMessage and
 * chat.update, and of webhooks the changelog of 2016-05-17 and what people have met since. Each goes on a sentence that names the channel
 * or the webhook.
 */

/** `place` is 'C0123456789' or 'slack_webhook'. */
type Words = (place: string) => string;

const NEW_TOKEN =
  'Set slack_token to the bot token (xoxb-...) that the app has under "OAuth & Permissions" once it is installed';
const NEW_WEBHOOK = 'Make a new one under "Incoming Webhooks" of the Slack app, and set slack_webhook to its address.';
const OTHER_CHANNEL = 'Name another channel, or bring that one back.';
const ADMINS = "It is the workspace's setting: ask its admins to let the app post there, or name another channel.";
const REPORT = 'This is a bug in Lockstep: please report it.';

const badToken: Words = () => `the token is not valid, or Slack takes none from this runner's address. ${NEW_TOKEN}.`;
const deadToken: Words = () => `the token was revoked, or its app was removed. ${NEW_TOKEN} again.`;
const archived: Words = (place) =>
  `${place === 'slack_webhook' ? 'its channel' : 'the channel'} is archived. ${OTHER_CHANNEL}`;
const forbidden: Words = () => `Slack does not let the app post there. ${ADMINS}`;
const malformed: Words = () => `Slack did not take the form of the message. ${REPORT}`;
const tooLong: Words = () => `it is longer than Slack takes. ${REPORT}`;
const noPlace: Words = () =>
  `there is no such channel, or the app may not see it. The ID stands at the end of the channel's details in Slack (C0123456789); into a private channel the app has to be invited.`;

const BY_TOKEN: Readonly<Record<string, Words>> = {
  invalid_auth: badToken,
  not_authed: badToken,
  account_inactive: deadToken,
  token_revoked: deadToken,
  token_expired: () =>
    `the token has expired. ${NEW_TOKEN}; with "token rotation" the app's tokens last no longer than twelve hours.`,
  not_allowed_token_type: () => `the token is of another kind. ${NEW_TOKEN}.`,
  not_in_channel: (place) =>
    `the app is not in the channel. Write "/invite @" and the app's name there (${place}); for public channels the scope chat:write.public does as well.`,
  channel_not_found: noPlace,
  is_archived: archived,
  is_inactive: archived,
  msg_too_long: tooLong,
  msg_blocks_too_long: tooLong,
  invalid_blocks: malformed,
  invalid_blocks_format: malformed,
  invalid_arguments: malformed,
  no_text: malformed,
  restricted_action: forbidden,
  restricted_action_read_only_channel: forbidden,
  restricted_action_thread_only_channel: forbidden,
  restricted_action_non_threadable_channel: () => `the channel takes no replies. ${ADMINS}`,
  restricted_action_thread_locked: () => `the message's thread is locked. ${ADMINS}`,
  no_permission: forbidden,
  access_denied: forbidden,
  accesslimited: forbidden,
  ekm_access_denied: forbidden,
  message_limit_exceeded: () => 'the workspace has used up its messages: a limit of the free plan.',
  message_not_found: () => 'the message of this deployment is gone.',
  cant_update_message: () =>
    'another app, or another token, has written the message. Use the same slack_token in all jobs of a deployment.',
  edit_window_closed: () => 'the workspace lets nobody change a message that old.',
};

const gone: Words = () => `the webhook is no longer there: it was revoked, or its app removed. ${NEW_WEBHOOK}`;

const BY_WEBHOOK: Readonly<Record<string, Words>> = {
  no_service: gone,
  no_service_id: gone,
  no_active_hooks: gone,
  no_team: gone,
  team_disabled: gone,
  invalid_token: gone,
  channel_not_found: () => `the channel of the webhook is gone. ${NEW_WEBHOOK}`,
  channel_is_archived: archived,
  action_prohibited: forbidden,
  posting_to_general_channel_denied: forbidden,
  user_not_found: () => `the webhook posts to a person who is gone. ${NEW_WEBHOOK}`,
  invalid_payload: malformed,
  invalid_blocks: malformed,
  invalid_blocks_format: malformed,
  missing_text_or_fallback_or_attachments: malformed,
  no_text: malformed,
};

/** undefined: nobody knows that name. */
export function refusalOf(code: string, channel: string | undefined): string | undefined {
  const words = channel === undefined ? BY_WEBHOOK : BY_TOKEN;
  return Object.hasOwn(words, code) ? words[code]?.(channel ?? 'slack_webhook') : undefined;
}
