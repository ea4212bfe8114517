import { webhookAnswer } from './answer.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { webhookOf } from './form.ts';
import type { SlackWebhook } from './slack.ts';

/** An incoming webhook behind our interface: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. */

export interface WebhookOptions extends ExchangeOptions {
  /** The whole of it is a secret. */
  readonly url: string;
}

export function createWebhook(options: WebhookOptions): SlackWebhook {
  const secrets = secretsOf(options.url.trim());
  const exchange = new Exchange(options, secrets);
  return {
    host: hostOf(options.url),
    post: async ({ text, blocks }) =>
      exchange.send(
        { url: webhookOf(options.url).href, body: { text, blocks, unfurl_links: false, unfurl_media: false } },
        { read: (answer) => webhookAnswer(answer, secrets), repeatable: false },
      ),
  };
}

/** The address, and the part of it that only its owner knows. */
function secretsOf(address: string): string[] {
  const { href, pathname, search } = URL.canParse(address) ? new URL(address) : { href: '', pathname: '', search: '' };
  return [address, href, pathname + search, pathname].filter((each) => each.length > 1);
}

function hostOf(address: string): string {
  return (URL.canParse(address.trim()) && new URL(address.trim()).host) || 'slack_webhook';
}
