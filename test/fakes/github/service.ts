import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Answer, Invalid, NOT_FOUND, refusal } from './answers.ts';
import { checkAnswer, checkRequest, type Match, match } from './description.ts';
import type { Json, JsonObject } from './document.ts';
import { answerOf, type Fault } from './faults.ts';
import { checkOperations } from './operations/checks.ts';
import { commentOperations } from './operations/comments.ts';
import { deploymentOperations } from './operations/deployments.ts';
import type { Operations } from './operations/operation.ts';
import { pullOperations } from './operations/pulls.ts';
import { isWrite, readOnlyRefusal, repositoryOperations } from './operations/repository.ts';
import { isGranted } from './permissions.ts';
import type { Identity, World } from './world.ts';

/** From a request to the answer that GitHub would give: the order of GitHub's checks, the log, the pages. */

const OPERATIONS: Operations = {
  ...commentOperations,
  ...pullOperations,
  ...deploymentOperations,
  ...checkOperations,
  ...repositoryOperations,
};

const MAX_PER_PAGE = 100;

type Listed = Extract<Answer, { items: unknown }>;

export interface LoggedRequest {
  readonly method: string;
  /** Without the base path and the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** GitHub's name of the operation; '' when there is none of that path. */
  readonly operation: string;
  /** Whose token it was. */
  readonly by: string | undefined;
  /** When it came, by performance.now(). */
  readonly at: number;
  /** undefined: there was no answer (yet). */
  status: number | undefined;
}

interface Received {
  readonly operation: string;
  readonly matched: Match | undefined;
  readonly url: URL;
  readonly body: Json | undefined;
  readonly malformed: boolean;
  readonly identity: Identity | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly logged: LoggedRequest;
}

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

interface ServiceOptions {
  readonly world: World;
  /** By token. */
  readonly identities: ReadonlyMap<string, Identity>;
  readonly basePath: string;
}

export class Service {
  readonly requests: LoggedRequest[] = [];
  readonly problems: string[] = [];
  origin = '';
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  receive(request: IncomingMessage, text: string): Received {
    const { identities, basePath } = this.#options;
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', this.origin);
    const path = url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : url.pathname;
    const graphql = basePath === '' ? '/graphql' : '/api/graphql';
    const isQuestion = url.pathname === graphql;
    const matched = isQuestion
      ? match(method, '/graphql')
      : path === url.pathname && basePath !== ''
        ? undefined
        : match(method, path);
    const [, token = ''] = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const identity = identities.get(token);
    const { body, malformed } = parsed(text);
    const operation = matched?.operation ?? '';
    const query = Object.fromEntries(url.searchParams);
    const at = performance.now();
    const logged = { method, path, query, body, operation, by: identity?.login, at, status: undefined };
    this.requests.push(logged);
    return { operation, matched, url, body, malformed, identity, headers: request.headers, logged };
  }

  answer(received: Received, fault: Fault | undefined): Sent {
    const planned = answerOf(fault);
    const answer = planned ?? this.#operate(received);
    const paged = 'items' in answer ? this.#page(received, answer) : answer;
    // A planned fault may be anything; what we answer ourselves must be what GitHub answers.
    if (planned === undefined && received.matched !== undefined)
      for (const each of checkAnswer(received.operation, paged.status, paged.body))
        this.#problem(received, `answer: ${each}`);
    received.logged.status = paged.status;
    const html = typeof paged.body === 'string';
    return {
      status: paged.status,
      headers: {
        'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(1_000 - this.requests.length),
        'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 3_600),
        ...paged.headers,
      },
      text: paged.body === undefined ? '' : html ? String(paged.body) : JSON.stringify(paged.body),
    };
  }

  #operate(received: Received): Answer {
    const { matched, identity, url, headers, body, malformed } = received;
    if (!headers['user-agent'])
      return this.#refused(received, refusal(403, 'Request forbidden by administrative rules.'));
    if (identity === undefined) {
      const anonymous = headers.authorization === undefined;
      return refusal(401, anonymous ? 'Requires authentication' : 'Bad credentials');
    }
    if (matched === undefined) return this.#refused(received, NOT_FOUND);
    const { owner, repo } = matched.params;
    const elsewhere = `${owner}/${repo}`.toLowerCase() !== this.#options.world.repository.toLowerCase();
    if (owner !== undefined && (elsewhere || identity.access === 'none')) return NOT_FOUND;
    if (identity.type === 'Bot' && !matched.forApps) return readOnlyRefusal('Bot');
    if (identity.access === 'read' && isWrite(matched.operation)) return readOnlyRefusal(identity.type);
    if (!isGranted(matched.operation, identity.permissions)) return readOnlyRefusal(identity.type);
    if (malformed) return this.#refused(received, refusal(400, 'Problems parsing JSON'));
    const verdict = checkRequest(matched, url.searchParams, body);
    for (const each of verdict.ignored) this.#problem(received, `ignored: ${each}`);
    if (Number(url.searchParams.get('per_page') ?? 0) > MAX_PER_PAGE) this.#problem(received, 'per_page is over 100');
    if (verdict.refused.length > 0)
      return this.#refused(received, invalidRequest(verdict.refused), verdict.refused.join(', '));
    return this.#run(received, matched, identity);
  }

  #run(received: Received, { operation, params }: Match, identity: Identity): Answer {
    const run = OPERATIONS[operation];
    if (run === undefined) throw new Error(`the stand-in does not play ${operation}`);
    const body = typeof received.body === 'object' && received.body !== null ? (received.body as JsonObject) : {};
    try {
      return run({ world: this.#options.world, params, query: received.url.searchParams, body, identity });
    } catch (error) {
      if (error instanceof Invalid) return this.#refused(received, error.answer, error.message);
      throw error;
    }
  }

  /** A page, and the addresses of those beside it. */
  #page({ url }: Received, { items, wrap = (page) => page }: Listed): Exclude<Answer, Listed> {
    const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), MAX_PER_PAGE);
    const page = Number(url.searchParams.get('page') ?? 1);
    const last = Math.max(1, Math.ceil(items.length / size));
    const link = (rel: string, to: number): string => {
      const address = new URL(url);
      address.searchParams.set('page', String(to));
      return `<${address.href}>; rel="${rel}"`;
    };
    const links = [
      ...(page > 1 ? [link('prev', page - 1)] : []),
      ...(page < last ? [link('next', page + 1), link('last', last)] : []),
      ...(page > 1 ? [link('first', 1)] : []),
    ];
    return {
      status: 200,
      body: wrap(items.slice((page - 1) * size, page * size)),
      headers: links.length === 0 ? {} : { link: links.join(', ') },
    };
  }

  #refused(received: Received, answer: Answer, why = `answered ${answer.status}`): Answer {
    this.#problem(received, why);
    return answer;
  }

  #problem({ logged: { method, path } }: Received, what: string): void {
    this.problems.push(`${method} ${path}: ${what}`);
  }
}

function parsed(text: string): { body: Json | undefined; malformed: boolean } {
  if (text === '') return { body: undefined, malformed: false };
  try {
    return { body: JSON.parse(text) as Json, malformed: false };
  } catch {
    return { body: text, malformed: true };
  }
}

function invalidRequest(reasons: readonly string[]): Answer {
  const message = `Invalid request.\n\n${reasons.join('\n')}`;
  return { status: 422, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}
