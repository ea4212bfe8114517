import { type Answer, ok, refusal } from './answers.ts';
import { isTooLongForUpdate, judge } from './contents.ts';
import type { App, Channel, Message, World } from './world.ts';

/**
 * Two methods of the Web API: https://docs.slack.dev/reference/methods/chat.postMessage and .../chat.update. The names of the
 * errors are those of their lists, but for `thread_not_found`, which is met and not documented; which of several comes first
 * is not documented either.
 */

export interface Call {
  readonly world: World;
  readonly app: App;
  readonly body: Readonly<Record<string, unknown>>;
  readonly problem: (what: string) => void;
  readonly mentioned: (mentions: readonly string[]) => void;
}

type Method = (call: Call) => Answer;

export const METHODS: Readonly<Record<string, Method>> = { 'chat.postMessage': postMessage, 'chat.update': update };

const POSTING = ['channel', 'text', 'blocks', 'thread_ts', 'reply_broadcast', 'unfurl_links', 'unfurl_media'];
const UPDATING = ['channel', 'ts', 'text', 'blocks', 'parse'];

function postMessage(call: Call): Answer {
  const { world, app, body, problem } = call;
  reportUnknown(call, POSTING);
  const channel = world.channel(String(body.channel ?? ''));
  const refused = refusedBy(channel, app);
  if (channel === undefined || refused !== undefined) return refusal(refused ?? 'channel_not_found');
  if (channel.kind === 'readOnly') return refusal('restricted_action_read_only_channel');
  const threadTs = typeof body.thread_ts === 'string' ? body.thread_ts : undefined;
  const parent = threadTs === undefined ? undefined : world.find(channel.id, threadTs);
  if (threadTs !== undefined && parent === undefined) return refusal('thread_not_found');
  // "Avoid using a reply's ts value; use its parent instead."
  if (parent?.threadTs !== undefined) problem('a reply to a reply');
  const broadcast = body.reply_broadcast === true;
  if (broadcast && threadTs === undefined) problem('reply_broadcast without thread_ts');
  const refusedContents = refusedFor(call);
  if (refusedContents !== undefined) return refusedContents;
  const { text, blocks } = contentsOf(body);
  const added = world.add({ channel: channel.id, by: app.name, threadTs, broadcast, text, blocks });
  return ok({ channel: channel.id, ts: added.ts, message: shapeOf(added) });
}

function update(call: Call): Answer {
  const { world, app, body } = call;
  reportUnknown(call, UPDATING);
  // Only by its ID.
  const channel = world.channels.find(({ id }) => id === body.channel);
  if (channel === undefined || isHidden(channel, app)) return refusal('channel_not_found');
  if (channel.archived) return refusal('is_inactive');
  const message = world.find(channel.id, String(body.ts ?? ''));
  if (message === undefined) return refusal('message_not_found');
  if (message.by !== app.name) return refusal('cant_update_message');
  if (isTooLongForUpdate(body.text)) return refusal('msg_too_long');
  const refusedContents = refusedFor(call);
  if (refusedContents !== undefined) return refusedContents;
  const { text, blocks } = contentsOf(body);
  // "If you don't include this field, the message's previous blocks will be retained."
  Object.assign(message, { text, ...(body.blocks === undefined ? {} : { blocks }), edits: message.edits + 1 });
  return ok({ channel: channel.id, ts: message.ts, text, message: shapeOf(message) });
}

function isHidden({ isPrivate, members }: Channel, { name }: App): boolean {
  return isPrivate && !members.includes(name);
}

function refusedBy(channel: Channel | undefined, app: App): string | undefined {
  if (channel === undefined || isHidden(channel, app)) return 'channel_not_found';
  if (channel.archived) return 'is_archived';
  const may = channel.members.includes(app.name) || app.scopes.includes('chat:write.public');
  return may ? undefined : 'not_in_channel';
}

function refusedFor({ body, problem, mentioned }: Call): Answer | undefined {
  const { error, messages, problems, mentions } = judge(body.text, body.blocks);
  for (const each of problems) problem(each);
  mentioned(mentions);
  if (error === undefined) return undefined;
  problem([error, ...messages].join(' '));
  return refusal(error, messages.length === 0 ? {} : { errors: messages, response_metadata: { messages } });
}

function reportUnknown({ body, problem }: Call, known: readonly string[]): void {
  for (const name of Object.keys(body)) if (!known.includes(name)) problem(`unexpected argument: ${name}`);
}

function contentsOf({ text, blocks }: Call['body']): { text: string; blocks: readonly unknown[] } {
  return { text: String(text ?? ''), blocks: Array.isArray(blocks) ? blocks : [] };
}

function shapeOf({ text, ts, by, blocks, threadTs }: Message): object {
  return {
    type: 'message',
    text,
    ts,
    bot_id: `B${by}`,
    blocks,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  };
}
