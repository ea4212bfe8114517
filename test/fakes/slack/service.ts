import type { IncomingMessage } from 'node:http';
import type { Sent } from '../server.ts';
import { type Answer, refusal } from './answers.ts';
import { isFields } from './block-kit.ts';
import { answerOf, type Fault } from './faults.ts';
import { METHODS } from './methods.ts';
import { receive, type Webhook } from './webhooks.ts';
import type { App, World } from './world.ts';

/** From a request to the answer that Slack would give: the log, the token, the operation. */

export interface LoggedRequest {
  /** 'chat.postMessage', 'chat.update', 'webhook'; '' for anything else. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** The app whose token it was. */
  readonly by: string | undefined;
  readonly userAgent: string | undefined;
  /** When it came, by performance.now(). */
  readonly at: number;
  /** undefined: there was no answer (yet). */
  status: number | undefined;
}

interface Received {
  readonly operation: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly contentType: string;
  readonly logged: LoggedRequest;
}

/** Tokens that were good once, or are good for something else, by the error that tells of it. */
type BadTokens = Readonly<Record<string, string>>;

interface ServiceOptions {
  readonly world: World;
  /** By token. */
  readonly apps: ReadonlyMap<string, App>;
  readonly badTokens: BadTokens;
  readonly webhooks: readonly Webhook[];
}

const API = '/api/';
const SCOPE = 'chat:write';

export class Service {
  readonly requests: LoggedRequest[] = [];
  readonly problems: string[] = [];
  /** Whom messages have called: nobody, if all is well. */
  readonly mentions: string[] = [];
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  receive({ method, url = '/', headers }: IncomingMessage, text: string): Received {
    const { pathname: path } = new URL(url, 'http://127.0.0.1');
    const name = path.startsWith(API) ? path.slice(API.length) : 'webhook';
    const operation = method === 'POST' && (name === 'webhook' || Object.hasOwn(METHODS, name)) ? name : '';
    const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    const logged: LoggedRequest = {
      operation,
      body: parsed(text),
      by: token === undefined ? undefined : this.#options.apps.get(token)?.name,
      userAgent: headers['user-agent'],
      at: performance.now(),
      status: undefined,
    };
    this.requests.push(logged);
    return { operation, path, token, contentType: headers['content-type'] ?? '', logged };
  }

  answer(received: Received, fault: Fault | undefined): Sent {
    const { status, headers, body } = answerOf(fault) ?? this.#operate(received);
    received.logged.status = status;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const contentType = typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8';
    const sent = { 'content-type': contentType, 'content-length': Buffer.byteLength(text), ...headers };
    return { status, headers: sent, text };
  }

  #operate({ operation, path, token, contentType, logged: { body } }: Received): Answer {
    const { world, webhooks } = this.#options;
    const problem = (what: string): void => void this.problems.push(`${operation || path}: ${what}`);
    const mentioned = (mentions: readonly string[]): void => void this.mentions.push(...mentions);
    if (operation === '') {
      problem('no such method');
      return refusal('unknown_method');
    }
    // Without the charset there is a warning, missing_charset.
    if (!/^application\/json; ?charset=utf-8$/.test(contentType)) problem(`content-type: ${contentType}`);
    if (operation === 'webhook') {
      const webhook = webhooks.find((each) => each.path === path);
      if (token !== undefined) problem('a token is none of the webhook\u2019s business');
      return receive(webhook, body, { world, problem, mentioned });
    }
    const app = this.#appOf(token);
    if ('status' in app) return app;
    if (body === undefined) {
      problem('no JSON');
      return refusal('invalid_json');
    }
    return METHODS[operation]?.({ world, app, body, problem, mentioned }) ?? refusal('unknown_method');
  }

  #appOf(token: string | undefined): App | Answer {
    const { apps, badTokens } = this.#options;
    if (token === undefined) return refusal('not_authed');
    if (Object.hasOwn(badTokens, token)) return refusal(badTokens[token] ?? '');
    const app = apps.get(token);
    if (app === undefined) return refusal('invalid_auth');
    if (app.scopes.includes(SCOPE)) return app;
    return refusal('missing_scope', { needed: SCOPE, provided: app.scopes.join(',') });
  }
}

function parsed(text: string): LoggedRequest['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
