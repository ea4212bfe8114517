import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/services/slack/explain.ts';
import { SlackError, type SlackFailure } from '../../../src/services/slack/slack.ts';

function explained(failure: SlackFailure, channel: string | undefined = 'C0123456789'): string {
  const host = channel === undefined ? 'hooks.slack.com' : 'slack.com';
  return explain(new SlackError(failure), { host, channel });
}

const byWebhook = (failure: SlackFailure): string =>
  explain(new SlackError(failure), { host: 'hooks.slack.com', channel: undefined });

const refused = (code: string, said = '', status = 200): SlackFailure => ({ kind: 'refused', status, code, said });
const network = (said: string, more: Partial<Extract<SlackFailure, { kind: 'network' }>> = {}): SlackFailure => ({
  kind: 'network',
  said,
  proxied: false,
  unsent: false,
  ...more,
});

describe('a warning says what is the case and what to do', () => {
  it.each<{ failure: SlackFailure; says: readonly string[] }>([
    {
      failure: refused('invalid_auth'),
      says: ['not valid', 'xoxb-', 'OAuth & Permissions', 'slack.com says: invalid_auth'],
    },
    { failure: refused('not_authed'), says: ['not valid'] },
    { failure: refused('token_revoked'), says: ['was revoked', 'Set slack_token'] },
    { failure: refused('account_inactive'), says: ['was revoked'] },
    { failure: refused('token_expired'), says: ['has expired', 'token rotation'] },
    { failure: refused('not_allowed_token_type'), says: ['of another kind', 'xoxb-'] },
    { failure: refused('not_in_channel'), says: ['/invite @', 'C0123456789', 'chat:write.public'] },
    { failure: refused('channel_not_found'), says: ['no such channel', 'private channel', 'invited'] },
    { failure: refused('is_archived'), says: ['archived', 'Name another channel'] },
    { failure: refused('is_inactive'), says: ['archived'] },
    { failure: refused('msg_too_long'), says: ['longer than Slack takes', 'report it'] },
    { failure: refused('msg_blocks_too_long'), says: ['longer than Slack takes', 'report it'] },
    {
      failure: refused('invalid_blocks', 'must be less than 3001 characters [json-pointer:/blocks/0]'),
      says: ['bug in Lockstep', 'json-pointer:/blocks/0'],
    },
    { failure: refused('restricted_action_read_only_channel'), says: ['does not let the app post', 'admins'] },
    { failure: refused('message_limit_exceeded'), says: ['free plan'] },
    { failure: refused('cant_update_message'), says: ['the same slack_token in all jobs'] },
    { failure: refused('some_new_error'), says: ['slack.com refused it (some_new_error)'] },
    { failure: refused(''), says: ['refused it (status 200)'] },
    {
      failure: { kind: 'scope', needed: 'chat:write', provided: 'channels:read' },
      says: ['lacks the scope chat:write', 'it has channels:read', 'install the app to the workspace again'],
    },
    { failure: { kind: 'scope', needed: '', provided: '' }, says: ['lacks the scope chat:write. Add it'] },
    { failure: { kind: 'rate-limit', waitSeconds: undefined }, says: ['too many messages, which is longer'] },
    { failure: { kind: 'rate-limit', waitSeconds: 60 }, says: ['none for another 60 s'] },
    { failure: { kind: 'rate-limit', waitSeconds: 100 }, says: ['none for another 2 minutes'] },
    { failure: { kind: 'server', status: 503, code: '' }, says: ['an error of its own (503)', 'may have arrived'] },
    { failure: { kind: 'server', status: 200, code: 'fatal_error' }, says: ['(fatal_error)', 'not sent twice'] },
    { failure: network('getaddrinfo ENOTFOUND'), says: ['cannot be reached', 'set HTTPS_PROXY', 'may have arrived'] },
    { failure: network('connect ECONNREFUSED', { proxied: true }), says: ['A proxy is set', 'NO_PROXY'] },
    { failure: network('self-signed certificate'), says: ['NODE_EXTRA_CA_CERTS'] },
    { failure: { kind: 'strange', status: 200 }, says: ['is not Slack', 'login page'] },
    { failure: { kind: 'slow', limitMs: 5_000 }, says: ['within the 5 seconds', 'may have arrived'] },
    { failure: { kind: 'cancelled' }, says: ['was cancelled'] },
    {
      failure: { kind: 'malformed', what: 'slack_token', why: 'is empty' },
      says: ['slack_token is empty', 'OAuth & Permissions'],
    },
  ])('$failure', ({ failure, says }) => {
    const warning = explained(failure);
    expect(warning).toMatch(/^No message in Slack \(channel C0123456789\): \S/);
    for (const each of says) expect(warning).toContain(each);
  });

  it.each<{ failure: SlackFailure; says: readonly string[] }>([
    {
      failure: refused('no_service', '', 404),
      says: ['no longer there', 'Make a new one', 'hooks.slack.com says: no_service'],
    },
    { failure: refused('no_active_hooks', '', 404), says: ['no longer there'] },
    { failure: refused('invalid_token', '', 403), says: ['no longer there'] },
    { failure: refused('channel_not_found', '', 404), says: ['the channel of the webhook is gone'] },
    { failure: refused('channel_is_archived', '', 410), says: ['its channel is archived'] },
    { failure: refused('action_prohibited', '', 403), says: ['does not let the app post', 'admins'] },
    { failure: refused('posting_to_general_channel_denied', '', 403), says: ['does not let the app post'] },
    { failure: refused('user_not_found', '', 400), says: ['a person who is gone'] },
    { failure: refused('invalid_payload', '', 400), says: ['the form of the message', 'report it'] },
    { failure: refused('', 'Invalid webhook', 400), says: ['hooks.slack.com refused it (Invalid webhook)'] },
    {
      failure: { kind: 'malformed', what: 'slack_webhook', why: 'does not begin with https://' },
      says: ['does not begin with https://', 'Incoming Webhooks'],
    },
  ])('of a webhook: $failure', ({ failure, says }) => {
    const warning = byWebhook(failure);
    expect(warning).toMatch(/^No message in Slack \(slack_webhook\): \S/);
    for (const each of says) expect(warning).toContain(each);
  });

  it('and nothing of an arrival where nothing can have arrived', () => {
    expect(explained(network('connect ECONNREFUSED', { unsent: true }))).not.toContain('may have arrived');
    expect(explained(refused('invalid_auth'))).not.toContain('may have arrived');
    const update = explain(new SlackError({ kind: 'slow', limitMs: 5_000 }), {
      host: 'slack.com',
      channel: 'C0123456789',
      doing: 'update',
    });
    expect(update).toMatch(/^The message in Slack is not up to date \(channel C0123456789\)/);
    expect(update).not.toContain('may have arrived');
  });

  it('and no secret of a mistake of ours, nor lines of somebody else', () => {
    const error = new Error('cannot parse postgres://app:s3cret@db/shop');
    expect(explain(error, { host: 'slack.com', channel: 'a\n::error::b' })).toMatch(
      /^No message in Slack \(channel a ::error::b\): .*postgres:\/\/\*\*\*@db.*bug/,
    );
  });
});
