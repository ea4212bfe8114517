import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSlack, type SlackOptions } from '../../../src/services/slack/client.ts';
import { type MessageOutcome, putMessage } from '../../../src/services/slack/message.ts';
import type { Slack, SlackMessage } from '../../../src/services/slack/slack.ts';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';
import { listening, startProxy } from '../../support/web-proxy.ts';

const warnings = vi.spyOn(process, 'emitWarning');

let standIn: SlackStandIn;
beforeEach(async () => {
  standIn = await startSlack();
});
afterEach(async () => {
  expect(standIn.problems).toEqual([]);
  expect(standIn.mentions).toEqual([]);
  expect(warnings).not.toHaveBeenCalled();
  await standIn.close();
});

function clientOf(options: Partial<SlackOptions> = {}): Slack {
  return createSlack({ apiUrl: standIn.url, token: standIn.tokens.bot, env: {}, ...options });
}

function message(text: string): SlackMessage {
  return { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }] };
}

interface Asked {
  readonly client?: Partial<SlackOptions>;
  readonly channel?: string;
  readonly previous?: { readonly channel: string; readonly ts: string } | undefined;
  readonly replies?: readonly { readonly message: SlackMessage; readonly broadcast: boolean }[];
}

const put = (text: string, { client, channel = standIn.channels.deploys, previous, replies = [] }: Asked = {}) =>
  putMessage(clientOf(client), { channel, previous, message: message(text), replies });

async function warned(outcome: Promise<MessageOutcome>): Promise<string> {
  const settled = await outcome;
  return settled.kind === 'failed' ? settled.warnings.join('\n') : `no failure: ${settled.kind}`;
}

async function posted(text = 'first', asked: Asked = {}) {
  const outcome = await put(text, asked);
  if (outcome.kind === 'failed') throw new Error(outcome.warnings.join('\n'));
  return outcome.place;
}

const count = (operation: string): number => standIn.requests.filter((each) => each.operation === operation).length;

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await work, performance.now() - startedAt];
}

describe('one message for a deployment:', () => {
  test('posted once, then brought up to date in its place', async () => {
    const place = await posted('staging');
    expect(place.channel).toBe(standIn.channels.deploys);
    expect(await put('production', { previous: place })).toEqual({ kind: 'updated', place, warnings: [] });
    expect(standIn.messages()).toMatchObject([{ text: 'production', edits: 1 }]);
    expect(standIn.messages()[0]?.blocks).toEqual(message('production').blocks);
  });

  test('details stand in its thread, and a failure in the channel as well', async () => {
    const replies = [
      { message: message('details'), broadcast: false },
      { message: message('it failed'), broadcast: true },
    ];
    const place = await posted('parent', { replies });
    expect(standIn.messages()).toMatchObject([
      { text: 'parent', threadTs: undefined },
      { text: 'details', threadTs: place.ts, broadcast: false },
      { text: 'it failed', threadTs: place.ts, broadcast: true },
    ]);
  });

  test('an environment with a channel of its own has a message of its own', async () => {
    const previous = await posted();
    const outcome = await put('production', { previous, channel: standIn.channels.production });
    expect(outcome).toMatchObject({ kind: 'posted', place: { channel: standIn.channels.production } });
    expect(standIn.messages(standIn.channels.deploys)).toMatchObject([{ text: 'first', edits: 0 }]);
  });

  test('a channel that was called by its name is found again by its ID', async () => {
    const previous = await posted('first', { channel: '#deploys' });
    expect(await put('second', { previous, channel: '#deploys' })).toMatchObject({ kind: 'updated' });
    expect(standIn.messages()).toHaveLength(1);
  });

  test.each(['deleted', "another app's"])('a message that is %s is not missed for ever', async (what) => {
    const previous = await posted();
    if (what === 'deleted') standIn.remove(previous.ts);
    const client = what === 'deleted' ? {} : { token: standIn.tokens.otherApp };
    expect(await put('second', { previous, client })).toMatchObject({ kind: 'posted' });
    expect(standIn.messages().at(-1)).toMatchObject({ text: 'second', edits: 0 });
  });

  test('details that do not arrive are a warning, and the message stands', async () => {
    standIn.fail(
      { operation: 'chat.postMessage', skip: 1 },
      { kind: 'error', error: 'restricted_action_thread_locked' },
    );
    const replies = [
      { message: message('one'), broadcast: false },
      { message: message('two'), broadcast: true },
    ];
    const outcome = await put('parent', { replies });
    expect(outcome).toMatchObject({ kind: 'posted' });
    expect(outcome.warnings).toHaveLength(1);
    expect(outcome.warnings[0]).toMatch(
      /^No details in Slack \(channel C0000DEPLOYS\): the message's thread is locked/,
    );
    expect(standIn.messages()).toHaveLength(1);
  });

  test('one that could not be brought up to date keeps its place', async () => {
    const previous = await posted();
    standIn.fail({ operation: 'chat.update', times: 2 }, { kind: 'status', status: 503 });
    const outcome = await put('second', { previous });
    expect(outcome).toMatchObject({ kind: 'failed', place: previous });
    expect(outcome.warnings[0]).toMatch(/^The message in Slack is not up to date .*\(503\)/);
    expect(standIn.messages()).toMatchObject([{ text: 'first' }]);
  });
});

describe('a refusal is told with its fix, after one request:', () => {
  test.each([
    { token: 'revoked', says: 'was revoked' },
    { token: 'expired', says: 'has expired' },
    { token: 'userOnly', says: 'of another kind' },
    { token: 'noScope', says: 'lacks the scope chat:write (it has channels:read)' },
  ] as const)('a token that is $token', async ({ token, says }) => {
    expect(await warned(put('x', { client: { token: standIn.tokens[token] } }))).toContain(says);
    expect(standIn.requests).toHaveLength(1);
  });

  test('a token that nobody knows', async () => {
    expect(await warned(put('x', { client: { token: 'xoxb-unknown' } }))).toContain('the token is not valid');
  });

  test.each([
    { channel: 'archived', says: 'is archived' },
    { channel: 'elsewhere', says: 'the app is not in the channel' },
    { channel: 'hidden', says: 'there is no such channel, or the app may not see it' },
    { channel: 'readOnly', says: 'does not let the app post' },
  ] as const)('a channel that is $channel', async ({ channel, says }) => {
    expect(await warned(put('x', { channel: standIn.channels[channel] }))).toContain(says);
    expect(standIn.requests).toHaveLength(1);
  });

  test.each([
    { error: 'msg_blocks_too_long', says: 'longer than Slack takes' },
    { error: 'message_limit_exceeded', says: 'free plan' },
    { error: 'brand_new_error', says: 'refused it (brand_new_error)' },
  ])('$error', async ({ error, says }) => {
    standIn.fail('chat.postMessage', { kind: 'error', error });
    expect(await warned(put('x'))).toContain(says);
    expect(standIn.requests).toHaveLength(1);
  });

  test('what is wrong with blocks, and where', async () => {
    const messages = ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'];
    standIn.fail('chat.postMessage', {
      kind: 'error',
      error: 'invalid_blocks',
      more: { response_metadata: { messages } },
    });
    expect(await warned(put('x'))).toContain('invalid_blocks: [ERROR] must be less than 3001 characters');
  });

  test('for public channels there is a scope that needs no invitation', async () => {
    const outcome = put('x', { client: { token: standIn.tokens.public }, channel: standIn.channels.elsewhere });
    expect(await outcome).toMatchObject({ kind: 'posted' });
  });

  test.each([
    ['', 'slack_token is empty'],
    ['xoxb-1\nxoxb-2', 'slack_token holds a space'],
    ['https://hooks.slack.com/services/T/B/x', 'belongs into slack_webhook'],
    ['xapp-1-A1', 'an app-level token'],
  ])('what is no token (%j) is sent nowhere', async (token, says) => {
    const warning = await warned(put('x', { client: { token } }));
    expect(warning).toContain(says);
    if (token !== '') expect(warning).not.toContain(token);
    expect(standIn.requests).toEqual([]);
  });
});

describe('too many messages', () => {
  test.each(['chat.postMessage', 'chat.update'])('(%s) are waited for as long as Slack asks', async (operation) => {
    const previous = operation === 'chat.update' ? await posted() : undefined;
    standIn.fail(operation, { kind: 'rate-limit', retryAfterSeconds: 2 });
    const [outcome, milliseconds] = await timed(put('x', { previous }));
    expect(outcome.kind).toBe(previous === undefined ? 'posted' : 'updated');
    expect(milliseconds).toBeGreaterThan(1_900);
    expect(standIn.messages()).toMatchObject([{ text: 'x' }]);
  });

  test('without a word of how long, for a second; again and again, within the time', async () => {
    standIn.fail({ operation: 'chat.postMessage', times: 2 }, { kind: 'rate-limit' });
    const [outcome, milliseconds] = await timed(put('x'));
    expect(outcome).toMatchObject({ kind: 'posted' });
    expect(milliseconds).toBeGreaterThan(1_900);
    expect(count('chat.postMessage')).toBe(3);
  });

  test('for longer than there is time are told at once', async () => {
    standIn.fail('chat.postMessage', { kind: 'rate-limit', retryAfterSeconds: 60 });
    const [warning, milliseconds] = await timed(warned(put('x')));
    expect(warning).toContain('too many messages, and takes none for another 60 s');
    expect(milliseconds).toBeLessThan(2_000);
    expect(count('chat.postMessage')).toBe(1);
  });

  test('by the other name, in an answer that is none by its status', async () => {
    standIn.fail('chat.postMessage', { kind: 'error', error: 'rate_limited' });
    expect(await put('x')).toMatchObject({ kind: 'posted' });
  });
});

describe('nothing is said twice:', () => {
  test.each([
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'drop', when: 'midway' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503, body: { ok: false, error: 'service_unavailable' } },
    { kind: 'error', error: 'fatal_error' },
    { kind: 'status', status: 200, body: '<html>Log in</html>' },
  ] as const)('a message that may have arrived is not posted again ($kind $when$status$error)', async (fault) => {
    standIn.fail('chat.postMessage', fault);
    expect(await warned(put('x'))).toContain('It may have arrived, and is not sent twice.');
    expect(count('chat.postMessage')).toBe(1);
    expect(standIn.messages().length).toBeLessThanOrEqual(1);
  });

  test('nor a reply', async () => {
    const replies = [{ message: message('details'), broadcast: true }];
    standIn.fail({ operation: 'chat.postMessage', skip: 1 }, { kind: 'drop', when: 'after' });
    const outcome = await put('parent', { replies });
    expect(outcome.warnings[0]).toContain('not sent twice');
    expect(standIn.messages()).toHaveLength(2);
  });

  test.each([
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'drop', when: 'midway' },
    { kind: 'status', status: 502, body: '<html></html>' },
    { kind: 'error', error: 'internal_error' },
  ] as const)('while a change is tried once more ($kind $when$status$error)', async (fault) => {
    const previous = await posted();
    standIn.fail('chat.update', fault);
    expect(await put('second', { previous })).toMatchObject({ kind: 'updated' });
    expect(count('chat.update')).toBe(2);
    expect(standIn.messages()).toMatchObject([{ text: 'second' }]);
  });

  test('and once only', async () => {
    const previous = await posted();
    standIn.fail({ operation: 'chat.update', times: 9 }, { kind: 'status', status: 500 });
    expect(await warned(put('second', { previous }))).toContain('(500)');
    expect(count('chat.update')).toBe(2);
  });

  test('a message that certainly did not get there is tried once more', async () => {
    const proxyless = createServer();
    const apiUrl = await listening(proxyless);
    await new Promise((resolve) => proxyless.close(resolve));
    const [warning, milliseconds] = await timed(warned(put('x', { client: { apiUrl: `${apiUrl}/api` } })));
    expect(warning).toContain(`${new URL(apiUrl).host} cannot be reached: connect ECONNREFUSED`);
    expect(warning).toContain('set HTTPS_PROXY');
    expect(warning).not.toContain('may have arrived');
    expect(milliseconds).toBeGreaterThan(250);
  });
});

describe('time is bounded', () => {
  test('for everything together', async () => {
    standIn.fail({ operation: 'chat.postMessage', times: 9 }, { kind: 'slow', ms: 400 });
    const slack = clientOf({ budgetMs: 1_000 });
    const [warning, milliseconds] = await timed(
      (async () => {
        for (;;) {
          const outcome = await putMessage(slack, {
            channel: standIn.channels.deploys,
            previous: undefined,
            message: message('x'),
          });
          if (outcome.kind === 'failed') return outcome.warnings.join('\n');
        }
      })(),
    );
    expect(warning).toContain('within the 1 second ');
    expect(milliseconds).toBeLessThan(2_500);
  });

  test.each(['slow answer', 'rate limit'])('a cancelled run does not wait for a %s', async (what) => {
    const fault = what === 'rate limit' ? { kind: 'rate-limit', retryAfterSeconds: 4 } : { kind: 'slow', ms: 20_000 };
    standIn.fail('chat.postMessage', fault as Parameters<SlackStandIn['fail']>[1]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const [warning, milliseconds] = await timed(warned(put('x', { client: { signal: controller.signal } })));
    expect(warning).toContain('cancelled');
    expect(milliseconds).toBeLessThan(2_000);
  });
});

describe('the way to Slack', () => {
  test('leads through the proxy that is named, and past it where it is excepted', async () => {
    const proxy = await startProxy();
    expect(await put('x', { client: { env: { HTTP_PROXY: proxy.url } } })).toMatchObject({ kind: 'posted' });
    expect(proxy.targets).toEqual([new URL(standIn.url).host]);
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
    expect(await put('x', { client: { env } })).toMatchObject({ kind: 'posted' });
    expect(proxy.targets).toHaveLength(1);
  });

  test('through a proxy that refuses is told so, without its password', async () => {
    const proxy = await startProxy({ refuse: true });
    const env = { HTTP_PROXY: proxy.url.replace('//', '//me:hunter2@') };
    const warning = await warned(put('x', { client: { env } }));
    expect(warning).toContain('A proxy is set');
    expect(warning).not.toContain('hunter2');
  });

  test.each(['<html>Log in</html>', { message: 'hello' }, 'nonsense', [], { ok: true }])(
    'that ends elsewhere is told: %j',
    async (body) => {
      standIn.fail('chat.postMessage', { kind: 'status', status: 200, body });
      expect(await warned(put('x'))).toContain('is not Slack');
    },
  );

  test('takes no turn: neither token nor message follow an answer that points elsewhere', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await listening(
      createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.end('{"ok":true,"channel":"C1","ts":"1.1"}');
      }),
    );
    for (const status of [301, 302, 307, 308]) {
      standIn.fail('chat.postMessage', { kind: 'status', status, headers: { location: elsewhere } });
      expect(await warned(put('x'))).toContain('is not Slack');
    }
    expect(seen).toEqual([]);
  });

  test('is an address', async () => {
    expect(await warned(put('x', { client: { apiUrl: 'no address' } }))).toContain('SLACK_API_URL is no address');
  });

  test('leads to slack.com by default, and says who asks', async () => {
    expect(createSlack({ token: 'xoxb-1', env: {} }).host).toBe('slack.com');
    await posted();
    expect(standIn.requests[0]?.userAgent).toMatch(/^lockstep\//);
  });
});

describe('nothing leaks:', () => {
  test('the token stands in no text, whoever quotes it', async () => {
    const { bot } = standIn.tokens;
    const more = { needed: bot, provided: bot, response_metadata: { messages: [`go away, ${bot}`] } };
    for (const error of ['invalid_blocks', 'missing_scope', bot]) {
      standIn.fail('chat.postMessage', { kind: 'error', error, more });
      const warning = await warned(put('x'));
      expect(warning).toContain('***');
      expect(warning).not.toContain(bot);
    }
    expect(JSON.stringify(standIn.requests)).not.toContain(bot);
  });

  test('nor in an error, whatever a library makes of it', async () => {
    const { bot } = standIn.tokens;
    standIn.fail('chat.postMessage', { kind: 'drop', when: 'before' });
    const slack = clientOf();
    const error = await slack.postMessage(standIn.channels.deploys, message('x')).catch((thrown) => thrown);
    expect(`${error.stack}${JSON.stringify(error)}${JSON.stringify(error.failure)}`).not.toContain(bot);
    expect(JSON.stringify(slack)).not.toContain(bot);
  });

  test('a token with a line break at its end is good', async () => {
    expect(await put('x', { client: { token: `${standIn.tokens.bot}\n` } })).toMatchObject({ kind: 'posted' });
  });
});
