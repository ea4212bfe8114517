import type { Answer } from './answers.ts';
import { judge } from './contents.ts';
import type { Call } from './methods.ts';
import type { World } from './world.ts';

/**
 * An incoming webhook: a word as text, and a status that means it. invalid_payload (400), action_prohibited (403),
 * channel_not_found (404), channel_is_archived (410) and rollup_error (500) are documented (changelog of 2016-05-17). no_service with 404
 * and invalid_blocks with 400 are what people have met.
 */

export interface Webhook {
  /** '/services/T000/B000/xxxx' */
  readonly path: string;
  readonly channel: string;
  /** The workspace forbids it. */
  readonly prohibited?: boolean;
}

const KNOWN = ['text', 'blocks', 'unfurl_links', 'unfurl_media'];

export function receive(
  webhook: Webhook | undefined,
  body: Readonly<Record<string, unknown>> | undefined,
  { world, problem, mentioned }: Pick<Call, 'problem' | 'mentioned'> & { readonly world: World },
): Answer {
  if (webhook === undefined) return says(404, 'no_service');
  if (webhook.prohibited) return says(403, 'action_prohibited');
  const channel = world.channels.find(({ id }) => id === webhook.channel);
  if (channel === undefined) return says(404, 'channel_not_found');
  if (channel.archived) return says(410, 'channel_is_archived');
  if (body === undefined) {
    problem('invalid_payload');
    return says(400, 'invalid_payload');
  }
  for (const name of Object.keys(body)) if (!KNOWN.includes(name)) problem(`unexpected field: ${name}`);
  const { error, messages, problems, mentions } = judge(body.text, body.blocks);
  for (const each of problems) problem(each);
  mentioned(mentions);
  if (error !== undefined) {
    problem([error, ...messages].join(' '));
    return says(400, error);
  }
  const blocks = Array.isArray(body.blocks) ? body.blocks : [];
  world.add({
    channel: channel.id,
    by: 'webhook',
    threadTs: undefined,
    broadcast: false,
    text: String(body.text),
    blocks,
  });
  return says(200, 'ok');
}

function says(status: number, body: string): Answer {
  return { status, body };
}
