import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postByWebhook, type WebhookOutcome } from '../../../src/services/slack/message.ts';
import type { SlackMessage } from '../../../src/services/slack/slack.ts';
import { createWebhook, type WebhookOptions } from '../../../src/services/slack/webhook.ts';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';
import { listening, startProxy } from '../../support/web-proxy.ts';

let standIn: SlackStandIn;
beforeEach(async () => {
  standIn = await startSlack();
});
afterEach(async () => {
  expect(standIn.problems).toEqual([]);
  await standIn.close();
});

const message: SlackMessage = {
  text: 'production: applied',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*production*: applied', verbatim: true } }],
};

const post = (options: Partial<WebhookOptions> = {}): Promise<WebhookOutcome> =>
  postByWebhook(createWebhook({ url: standIn.webhooks.deploys, env: {}, ...options }), message);

async function warned(outcome: Promise<WebhookOutcome>): Promise<string> {
  const settled = await outcome;
  return settled.kind === 'failed' ? settled.warning : 'no failure';
}

/** Somebody else who takes Slack's messages. */
function answering(body: string, status = 200, contentType = 'text/plain'): Promise<string> {
  return listening(
    createServer((_, response) => void response.writeHead(status, { 'content-type': contentType }).end(body)),
  );
}

describe('a webhook', () => {
  test('takes a message', async () => {
    expect(await post()).toEqual({ kind: 'posted' });
    expect(standIn.messages(standIn.channels.deploys)).toMatchObject([{ text: message.text, blocks: message.blocks }]);
  });

  test.each([
    { name: 'gone', says: ['no longer there', 'no_service', 'Make a new one'] },
    { name: 'archived', says: ['its channel is archived', 'channel_is_archived'] },
    { name: 'prohibited', says: ['does not let the app post', 'action_prohibited'] },
    { name: 'noChannel', says: ['the channel of the webhook is gone'] },
  ] as const)('that is $name is told with its fix', async ({ name, says }) => {
    const warning = await warned(post({ url: standIn.webhooks[name] }));
    expect(warning).toMatch(/^No message in Slack \(slack_webhook\): /);
    for (const each of says) expect(warning).toContain(each);
    expect(standIn.requests).toHaveLength(1);
  });

  test('that has had too many messages is asked again when it said', async () => {
    standIn.fail('webhook', { kind: 'rate-limit', retryAfterSeconds: 1 });
    expect(await post()).toEqual({ kind: 'posted' });
    standIn.fail('webhook', { kind: 'rate-limit', retryAfterSeconds: 90 });
    expect(await warned(post())).toContain('none for another 2 minutes');
    expect(standIn.messages()).toHaveLength(1);
  });

  test.each([
    { kind: 'drop', when: 'after' },
    { kind: 'drop', when: 'midway' },
    { kind: 'status', status: 500, body: 'rollup_error' },
    { kind: 'status', status: 502, body: '<html></html>' },
  ] as const)('is told nothing twice ($kind $when$status)', async (fault) => {
    standIn.fail('webhook', fault);
    expect(await warned(post())).toContain('It may have arrived, and is not sent twice.');
    expect(standIn.requests).toHaveLength(1);
    expect(standIn.messages().length).toBeLessThanOrEqual(1);
  });

  test('leads through a proxy', async () => {
    const proxy = await startProxy();
    expect(await post({ env: { HTTP_PROXY: proxy.url } })).toEqual({ kind: 'posted' });
    expect(proxy.targets).toHaveLength(1);
  });

  test('is given a few seconds', async () => {
    standIn.fail('webhook', { kind: 'slow', ms: 20_000 });
    const startedAt = performance.now();
    expect(await warned(post({ budgetMs: 500 }))).toContain('within the 0.5 seconds');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('others take the same messages', () => {
  test.each([
    ['ok', 'text/plain'],
    ['{"ok":true}', 'application/json'],
    ['{"success":true}', 'application/json'],
    ['', 'text/plain'],
  ])('and say so by %j', async (body, contentType) => {
    expect(await post({ url: await answering(body, 200, contentType) })).toEqual({ kind: 'posted' });
  });

  test.each([
    ['<!DOCTYPE html><title>Log in</title>', 200, 'is not Slack'],
    ['<html>Forbidden</html>', 403, 'is not Slack'],
    ['', 302, 'is not Slack'],
    ['{"ok":false,"error":"invalid_webhook"}', 200, 'refused it (invalid_webhook)'],
    ['{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook."}', 400, '(Invalid webhook.)'],
    ['{"success":false}', 200, 'refused it ({"success":false})'],
    ['no such hook', 404, 'refused it (no such hook)'],
  ])('or refuse by %j with %i', async (body, status, says) => {
    expect(await warned(post({ url: await answering(body, status) }))).toContain(says);
  });
});

describe('the address', () => {
  test.each([
    ['', 'slack_webhook is empty'],
    ['hooks.slack.com/services/T/B/x', 'is no address'],
    ['http://hooks.slack.com/services/T/B/secret', 'does not begin with https://'],
    ['http://10.0.0.7/hook-secret', 'does not begin with https://'],
    ['ftp://hooks.slack.com/secret', 'does not begin with https://'],
    ['https://me:secret@hooks.slack.com/x', 'holds a user or a password'],
    ['xoxb-1-secret', 'belongs into slack_token'],
  ])('%j is sent nothing, and is not quoted', async (url, says) => {
    const warning = await warned(post({ url }));
    expect(warning).toContain(says);
    expect(warning).not.toContain('secret');
  });

  test.each([
    'https://hooks.slack.com/services/T/B/x',
    'https://hooks.slack-gov.com/x',
    'https://chat.acme.example/hooks/x',
  ])('%s may be one', async (url) => {
    const aborted = AbortSignal.abort();
    expect(await warned(post({ url, signal: aborted }))).toContain('cancelled');
    expect(createWebhook({ url, env: {} }).host).toBe(new URL(url).host);
  });

  test('stands in no text, whoever quotes it, nor does its path', async () => {
    const { deploys } = standIn.webhooks;
    const { pathname } = new URL(deploys);
    for (const body of [`${deploys} is unknown`, `no ${pathname}`, JSON.stringify({ message: deploys })]) {
      standIn.fail('webhook', { kind: 'status', status: 404, body });
      const warning = await warned(post());
      expect(warning).toContain('***');
      expect(warning).not.toContain(pathname);
    }
    expect(JSON.stringify(standIn.requests)).not.toContain(pathname);
  });

  test('is good with a line break at its end', async () => {
    expect(await post({ url: `${standIn.webhooks.deploys}\n` })).toEqual({ kind: 'posted' });
  });
});
