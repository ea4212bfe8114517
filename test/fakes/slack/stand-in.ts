import { FaultPlan, type Place } from '../fault-plan.ts';
import { startServer } from '../server.ts';
import type { Fault } from './faults.ts';
import { type LoggedRequest, Service } from './service.ts';
import type { Webhook } from './webhooks.ts';
import { type App, type Message, World } from './world.ts';

/**
 * Slack, as far as Lockstep speaks to it: a server on 127.0.0.1 that remembers what it is told, by a bot's token and by incoming
 * webhooks, and refuses what Slack's documentation says that it refuses.
 *
 *     const slack = await startSlack();
 *     // api url slack.url, token slack.tokens.bot, channel slack.channels.deploys
 *     expect(slack.messages()).toMatchObject([{ text: '...' }]);
 *     expect(slack.problems).toEqual([]);
 *     await slack.close();
 *
 * `problems` names each request that Slack would have refused for its form, and what it would have taken although it is wrong:
 * unescaped characters, texts in which addresses become links, unknown arguments. What a test has arranged is no problem: a
 * token that is revoked, a channel that is archived, a planned fault.
 *
 * Not played: how many messages an hour are too many (a fault says so), joining and leaving, and everything that is read.
 */
export interface SlackStandIn {
  /** What https://slack.com/api is in the world. */
  readonly url: string;
  /**
   * bot: may post. otherApp: of another app, in the same channels. public: in no channel, and may post into public ones. noScope: may
   * read only. revoked, expired, userOnly: what their names say. Every other token is unknown (invalid_auth).
   */
  readonly tokens: Readonly<Record<keyof typeof TOKENS, string>>;
  /** IDs. elsewhere: public, without the bot. hidden: private, without the bot. */
  readonly channels: typeof CHANNELS;
  /** Addresses. gone: was revoked. */
  readonly webhooks: Readonly<Record<'deploys' | 'archived' | 'prohibited' | 'noChannel' | 'gone', string>>;
  /** In the order of their arrival. Tokens are not in it, only whose they are. */
  readonly requests: readonly LoggedRequest[];
  readonly problems: readonly string[];
  /** Whom messages have called: '<!channel>'. */
  readonly mentions: readonly string[];
  /** What is there now, the oldest first; of one channel, or all. */
  messages(channel?: string): readonly Readonly<Message>[];
  /** Somebody deletes a message. */
  remove(ts: string): void;
  /** Plans a fault for an operation: 'chat.postMessage', 'chat.update', 'webhook'. */
  fail(where: string | Place, fault: Fault): void;
  close(): Promise<void>;
}

const APPS: Readonly<Record<'bot' | 'otherApp' | 'public' | 'noScope', App>> = {
  bot: { name: 'lockstep', scopes: ['chat:write'] },
  otherApp: { name: 'other', scopes: ['chat:write'] },
  public: { name: 'anywhere', scopes: ['chat:write', 'chat:write.public'] },
  noScope: { name: 'reader', scopes: ['channels:read'] },
};

const BAD_TOKENS = { revoked: 'token_revoked', expired: 'token_expired', userOnly: 'not_allowed_token_type' } as const;

const TOKENS = { ...APPS, ...BAD_TOKENS };

const CHANNELS = {
  deploys: 'C0000DEPLOYS',
  production: 'C0000PRODUCT',
  archived: 'C0000ARCHIVE',
  elsewhere: 'C000ELSEWHER',
  hidden: 'C0000HIDDEN0',
  readOnly: 'C0000READONL',
} as const;

export async function startSlack(): Promise<SlackStandIn> {
  const world = new World();
  for (const [name, id] of Object.entries(CHANNELS)) {
    const away = name === 'elsewhere' || name === 'hidden';
    world.channels.push({
      id,
      name,
      kind: name === 'readOnly' ? 'readOnly' : 'open',
      members: away ? [] : ['lockstep', 'other'],
      isPrivate: name === 'hidden',
      archived: name === 'archived',
    });
  }
  const tokens = Object.fromEntries(
    Object.keys(TOKENS).map((name) => [name, `xoxb-standin-${name}-${'0'.repeat(20)}`]),
  ) as SlackStandIn['tokens'];
  const apps = new Map(Object.entries(APPS).map(([name, app]) => [tokens[name as keyof typeof APPS], app]));
  const badTokens = Object.fromEntries(
    Object.entries(BAD_TOKENS).map(([name, error]) => [tokens[name as keyof typeof BAD_TOKENS], error]),
  );
  const webhooks: (Webhook & { name: string })[] = [
    { name: 'deploys', path: hook('1'), channel: CHANNELS.deploys },
    { name: 'archived', path: hook('2'), channel: CHANNELS.archived },
    { name: 'prohibited', path: hook('3'), channel: CHANNELS.deploys, prohibited: true },
    { name: 'noChannel', path: hook('4'), channel: 'C0000NOWHERE' },
  ];
  const faults = new FaultPlan<Fault>();
  const service = new Service({ world, apps, badTokens, webhooks });
  const { origin, close } = await startServer(service, faults);

  return {
    url: `${origin}/api`,
    tokens,
    channels: CHANNELS,
    webhooks: {
      ...(Object.fromEntries(webhooks.map(({ name, path }) => [name, origin + path])) as SlackStandIn['webhooks']),
      gone: origin + hook('9'),
    },
    requests: service.requests,
    problems: service.problems,
    mentions: service.mentions,
    messages: (channel) => world.messages.filter((each) => channel === undefined || each.channel === channel),
    remove(ts) {
      world.messages = world.messages.filter((each) => each.ts !== ts);
    },
    fail: (where, fault) => faults.add(typeof where === 'string' ? { operation: where } : where, fault),
    close,
  };
}

/** The last part of the path is what only its owner knows. */
function hook(digit: string): string {
  return `/services/T00000000/B0000000${digit}/${`secret${digit}`.repeat(3)}`;
}
