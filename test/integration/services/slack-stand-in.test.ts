import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';

let standIn: SlackStandIn;
beforeEach(async () => {
  standIn = await startSlack();
});
afterEach(() => standIn.close());

type Fields = Readonly<Record<string, unknown>>;

async function call(method: string, body: unknown, token: string | undefined = standIn.tokens.bot): Promise<Fields> {
  const response = await fetch(`${standIn.url}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return (await response.json()) as Fields;
}

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const post = (blocks: unknown, more: object = {}) =>
  call('chat.postMessage', { channel: standIn.channels.deploys, text: 'x', blocks, ...more });

describe('the stand-in takes what Slack takes', () => {
  test.each([
    [[section('x'.repeat(3_000))]],
    [[{ type: 'section', fields: Array.from({ length: 5 }, () => mrkdwn('x'.repeat(2_000))) }]],
    [[{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150), emoji: true } }]],
    [[{ type: 'context', elements: Array.from({ length: 10 }, () => mrkdwn('x')) }]],
    [Array.from({ length: 50 }, () => ({ type: 'divider' }))],
    [[section('a <https://github.com/a?b=c&amp;d|link> &lt;!channel&gt;')]],
  ])('%j', async (blocks) => {
    expect(await post(blocks)).toMatchObject({ ok: true, ts: expect.stringMatching(/^\d{10}\.\d{6}$/) });
    expect(standIn.problems).toEqual([]);
    expect(standIn.mentions).toEqual([]);
  });
});

describe('and refuses, with a problem, what Slack refuses', () => {
  test.each([
    [[section('x'.repeat(3_001))], 'must be less than 3001 characters'],
    [[section('')], 'must be more than 0 characters'],
    [[{ type: 'section' }], 'missing required field: text'],
    [[{ type: 'section', fields: Array.from({ length: 11 }, () => mrkdwn('x')) }], 'no more than 10 items'],
    [[{ type: 'section', fields: [mrkdwn('x'.repeat(2_001))] }], 'must be less than 2001 characters'],
    [[{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }], 'must be less than 151 characters'],
    [[{ type: 'header', text: mrkdwn('x') }], 'unsupported type: mrkdwn'],
    [[{ type: 'context', elements: Array.from({ length: 11 }, () => mrkdwn('x')) }], 'no more than 10 items'],
    [[{ type: 'context', elements: [] }], 'at least one item'],
    [Array.from({ length: 51 }, () => ({ type: 'divider' })), 'no more than 50 items'],
    [[{ type: 'banner' }], 'unsupported type: banner'],
    [[{ ...section('x'), colour: 'red' }], 'unexpected field: colour'],
    [[{ ...section('x'), block_id: 'x'.repeat(256) }], 'must be less than 256 characters'],
    [
      [
        { ...section('x'), block_id: 'a' },
        { ...section('x'), block_id: 'a' },
      ],
      'block_id already exists',
    ],
    ['nothing', 'must be an array'],
  ])('%j', async (blocks, says) => {
    const answer = await post(blocks);
    expect(answer).toMatchObject({ ok: false, error: 'invalid_blocks' });
    expect(JSON.stringify(answer)).toContain(says);
    expect(standIn.problems.join('\n')).toContain(says);
    expect(standIn.messages()).toEqual([]);
  });

  test.each([Array.from({ length: 5 }, () => section('x'.repeat(2_700))), [section('❌'.repeat(2_300))]])(
    'more than all blocks may hold together',
    async (...blocks) => {
      expect(await post(blocks)).toMatchObject({ ok: false, error: 'msg_blocks_too_long' });
      expect(standIn.problems).toHaveLength(1);
    },
  );

  test('a message of nothing', async () => {
    expect(await call('chat.postMessage', { channel: standIn.channels.deploys })).toMatchObject({ error: 'no_text' });
    expect(standIn.problems).not.toEqual([]);
  });

  test('a text that is too long to be updated', async () => {
    const { channel, ts } = await post([section('x')]);
    const answer = await call('chat.update', { channel, ts, text: 'x'.repeat(4_001), blocks: [section('x')] });
    expect(answer).toMatchObject({ error: 'msg_too_long' });
  });
});

describe('what is wrong although Slack takes it is a problem:', () => {
  test.each([
    [[section('a & b')], 'an unescaped &'],
    [[section('a < b')], 'an unescaped <'],
    [[section('<nonsense>')], 'is no link'],
    [[{ type: 'section', text: { type: 'mrkdwn', text: 'x' } }], 'not verbatim'],
  ])('%j', async (blocks, says) => {
    expect(await post(blocks)).toMatchObject({ ok: true });
    expect(standIn.problems.join('\n')).toContain(says);
  });

  test('an argument that no method has, and a broadcast of nothing', async () => {
    await post([section('x')], { as_admin: true, reply_broadcast: true });
    expect(standIn.problems).toEqual([
      'chat.postMessage: unexpected argument: as_admin',
      'chat.postMessage: reply_broadcast without thread_ts',
    ]);
  });

  test.each(['<!channel>', '<@U0123456789>', '<#C0123456789|general>'])('%s calls somebody', async (mention) => {
    await post([section(`look ${mention}`)]);
    expect(standIn.mentions).toEqual([mention]);
  });
});

describe('a message', () => {
  test('is changed by whoever has written it alone, by the ID of its channel', async () => {
    const { channel, ts } = await post([section('x')]);
    const body = { channel, ts, text: 'y', blocks: [section('y')] };
    expect(await call('chat.update', body, standIn.tokens.otherApp)).toMatchObject({ error: 'cant_update_message' });
    expect(await call('chat.update', { ...body, channel: '#deploys' })).toMatchObject({ error: 'channel_not_found' });
    expect(await call('chat.update', { ...body, ts: '1.1' })).toMatchObject({ error: 'message_not_found' });
    expect(await call('chat.update', body)).toMatchObject({ ok: true, ts });
    expect(standIn.messages()).toMatchObject([{ text: 'y', edits: 1 }]);
    expect(standIn.problems).toEqual([]);
  });

  test('has a thread, of its own replies', async () => {
    const { ts } = await post([section('x')]);
    const reply = await post([section('y')], { thread_ts: ts });
    await post([section('z')], { thread_ts: reply.ts });
    expect(standIn.problems).toEqual(['chat.postMessage: a reply to a reply']);
    expect(await post([section('z')], { thread_ts: '1.1' })).toMatchObject({ error: 'thread_not_found' });
  });

  test('needs a token, and one line of JSON', async () => {
    expect(await call('chat.postMessage', {}, '')).toMatchObject({ error: 'not_authed' });
    expect(await call('chat.postMessage', {}, 'xoxb-x')).toMatchObject({ error: 'invalid_auth' });
    expect(await call('chat.postMessage', 'text=x')).toMatchObject({ error: 'invalid_json' });
    expect(await call('chat.delete', {})).toMatchObject({ error: 'unknown_method' });
    expect(standIn.problems).toHaveLength(2);
  });
});

test('a webhook takes JSON and nothing else', async () => {
  const send = (body: string) =>
    fetch(standIn.webhooks.deploys, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    });
  const answers = [
    await send(JSON.stringify({ text: 'x' })),
    await send('text'),
    await send(JSON.stringify({ text: 'x', blocks: [{ type: 'banner' }] })),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 400]);
  expect(await Promise.all(answers.map((each) => each.text()))).toEqual(['ok', 'invalid_payload', 'invalid_blocks']);
  expect(standIn.problems).toHaveLength(2);
});
