import { apiAnswer } from './answer.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { apiAddressOf, tokenOf } from './form.ts';
import { type Slack, SlackError, type SlackMessage, type SlackPlace } from './slack.ts';

/** Two methods of Slack's Web API behind our interface: https://docs.slack.dev/reference/methods/chat.postMessage. */

export interface SlackOptions extends ExchangeOptions {
  /** A bot's token with the scope chat:write. */
  readonly token: string;
  /** Where the methods are. Default https://slack.com/api. */
  readonly apiUrl?: string | undefined;
}

const API_URL = 'https://slack.com/api';

export function createSlack(options: SlackOptions): Slack {
  const apiUrl = (options.apiUrl ?? API_URL).replace(/\/+$/, '');
  const given = options.token.trim();
  const secrets = given === '' ? [] : [given];
  const exchange = new Exchange(options, secrets);
  /** `repeatable`: to do it twice is as good as once. */
  const call = async <T>(method: string, body: object, repeatable: boolean, read: (fields: Fields) => T): Promise<T> =>
    exchange.send(
      { url: `${apiAddressOf(apiUrl)}/${method}`, headers: { authorization: `Bearer ${tokenOf(given)}` }, body },
      { read: (answer) => read(apiAnswer(answer, secrets)), repeatable },
    );

  return {
    host: URL.canParse(apiUrl) ? new URL(apiUrl).host : apiUrl,
    postMessage: (channel, message) => call('chat.postMessage', { channel, ...quiet(message) }, false, placeOf),
    updateMessage: ({ channel, ts }, message) =>
      // Slack takes what is no longer given out of the message; `parse` would default to 'client' here, unlike elsewhere.
      call('chat.update', { channel, ts, ...contents(message), parse: 'none' }, true, () => undefined),
    postReply: ({ channel, ts }, message, { broadcast = false } = {}) =>
      call(
        'chat.postMessage',
        { channel, thread_ts: ts, ...(broadcast ? { reply_broadcast: true } : {}), ...quiet(message) },
        false,
        placeOf,
      ),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function contents({ text, blocks }: SlackMessage): SlackMessage {
  return { text, blocks };
}

/** Without previews of what is linked to. */
function quiet(message: SlackMessage): object {
  return { ...contents(message), unfurl_links: false, unfurl_media: false };
}

function placeOf({ channel, ts }: Fields): SlackPlace {
  if (typeof channel !== 'string' || typeof ts !== 'string') throw new SlackError({ kind: 'strange', status: 200 });
  return { channel, ts };
}
