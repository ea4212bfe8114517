import { createHook } from 'node:async_hooks';
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createGithub } from '../../../src/services/github/client.ts';
import { type CommentOutcome, putComment } from '../../../src/services/github/comment.ts';
import { clientOf, commentText, verdict } from '../../fakes/github/requests.ts';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';
import { listening, startProxy } from '../../support/web-proxy.ts';

// From the first test on: a library tells each of its warnings once in a process.
const warnings = vi.spyOn(process, 'emitWarning');

let standIn: GithubStandIn;
beforeEach(async () => {
  standIn = await startGithub();
  standIn.pullRequest(42);
});
afterEach(async () => {
  expect(standIn.problems).toEqual([]);
  expect(warnings).not.toHaveBeenCalled();
  await standIn.close();
});

const count = (operation: string): number => standIn.requests.filter((each) => each.operation === operation).length;

async function warned(outcome: Promise<CommentOutcome>): Promise<string> {
  const settled = await outcome;
  return settled.kind === 'failed' ? settled.warning : `no failure: ${settled.kind}`;
}

/** Counts the timers made from now on that would keep the process alive for seconds. */
function watchTimers(): () => Promise<number> {
  const pending = new Map<number, NodeJS.Timeout & { _idleTimeout?: number }>();
  const hook = createHook({
    init: (id, type, _, resource) => void (type === 'Timeout' && pending.set(id, resource as NodeJS.Timeout)),
    destroy: (id) => void pending.delete(id),
  }).enable();
  onTestFinished(() => void hook.disable());
  return async () => {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    return [...pending.values()].filter((timer) => timer.hasRef() && (timer._idleTimeout ?? 0) > 5_000).length;
  };
}

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await work, performance.now() - startedAt];
}

describe('what may be asked twice is asked again', () => {
  test.each([
    { operation: 'issues/list-comments', fault: { kind: 'status', status: 502, body: '<html></html>' } },
    { operation: 'issues/list-comments', fault: { kind: 'drop', when: 'before' } },
    { operation: 'issues/list-comments', fault: { kind: 'drop', when: 'midway' } },
    { operation: 'issues/update-comment', fault: { kind: 'status', status: 500 } },
    { operation: 'issues/update-comment', fault: { kind: 'drop', when: 'after' } },
    { operation: 'graphql/viewer', fault: { kind: 'drop', when: 'before' } },
  ] as const)('$operation after $fault', async ({ operation, fault }) => {
    standIn.comment(42, commentText('old'));
    standIn.fail(operation, fault);
    expect(await putComment(clientOf(standIn), verdict('new'))).toMatchObject({ kind: 'updated' });
    expect(standIn.comments(42)).toMatchObject([{ body: commentText('new') }]);
    // A comment's author is asked for in between two looks at the list.
    expect(count(operation)).toBe(operation === 'issues/list-comments' ? 3 : 2);
  });

  test('but not for ever', async () => {
    standIn.fail({ operation: 'issues/list-comments', times: 99 }, { kind: 'status', status: 500 });
    expect(await warned(putComment(clientOf(standIn), verdict('x')))).toContain('an error of its own (500)');
    expect(count('issues/list-comments')).toBe(4);
  });

  test('or not at all, where that is wanted', async () => {
    const fault = { kind: 'status', status: 500 } as const;
    const limit = { kind: 'secondary-limit', retryAfterSeconds: 1 } as const;
    standIn.fail('issues/list-comments', fault);
    standIn.fail('issues/list-comments', limit);
    const github = clientOf(standIn, { retries: 0 });
    expect(await warned(putComment(github, verdict('x')))).toContain('(500)');
    expect(await warned(putComment(github, verdict('x')))).toContain('(rate limit)');
    expect(count('issues/list-comments')).toBe(2);
  });

  test('after pauses that grow, and comments are three seconds apart, as GitHub wishes', async () => {
    const at = (operation: string): number[] =>
      standIn.requests.filter((each) => each.operation === operation).map((each) => each.at);
    standIn.fail({ operation: 'issues/list-comments', times: 99 }, { kind: 'status', status: 500 });
    const [patient, talkative] = [clientOf(standIn, { pauses: true, retries: 2 }), clientOf(standIn, { pauses: true })];
    await Promise.all([
      warned(putComment(patient, verdict('x'))),
      ...['one', 'two'].map((text) => talkative.createComment(42, text)),
    ]);
    const [first = 0, second = 0, third = 0] = at('issues/list-comments');
    expect([second - first, third - second].map((pause) => Math.floor((pause + 50) / 500))).toEqual([1, 4]);
    const [one = 0, two = 0] = at('issues/create-comment');
    expect(two - one).toBeGreaterThan(2_900);
  });

  test('after the wait that GitHub asks for', async () => {
    standIn.fail('issues/list-comments', { kind: 'status', status: 503, headers: { 'retry-after': '1' } });
    const [outcome, milliseconds] = await timed(putComment(clientOf(standIn), verdict('x')));
    expect(outcome).toMatchObject({ kind: 'created' });
    expect(milliseconds).toBeGreaterThan(900);
  });

  test.each([400, 404, 409, 422])('and a refusal (%i) is an answer', async (status) => {
    standIn.fail('issues/list-comments', { kind: 'status', status });
    await warned(putComment(clientOf(standIn), verdict('x')));
    expect(count('issues/list-comments')).toBe(1);
  });
});

describe('a rate limit', () => {
  test.each([
    { fault: { kind: 'secondary-limit', retryAfterSeconds: 1 } },
    { fault: { kind: 'secondary-limit', retryAfterSeconds: 1, status: 429 } },
    { fault: { kind: 'rate-limit', resetInSeconds: 0.5 } },
  ] as const)('that ends before our patience is waited for: $fault', async ({ fault }) => {
    standIn.fail('issues/create-comment', fault);
    const [outcome, milliseconds] = await timed(putComment(clientOf(standIn), verdict('x')));
    expect(outcome).toMatchObject({ kind: 'created' });
    expect(milliseconds).toBeGreaterThan(900);
    expect(standIn.comments(42)).toHaveLength(1);
  });

  test.each([
    { fault: { kind: 'secondary-limit', retryAfterSeconds: 60 }, expected: 'for another 60 s' },
    { fault: { kind: 'secondary-limit' }, expected: '(rate limit)' },
    {
      fault: { kind: 'secondary-limit', retryAfterSeconds: 60, status: 429 },
      operation: 'issues/list-comments',
      expected: 'for another 60 s',
    },
    { fault: { kind: 'rate-limit', resetInSeconds: 1_490 }, expected: 'for another 25 minutes' },
  ] as const)('that is longer is told at once: $fault', async ({ fault, expected, ...rest }) => {
    const operation = 'operation' in rest ? rest.operation : 'issues/create-comment';
    standIn.fail({ operation, times: 99 }, fault);
    const github = clientOf(standIn, { budgetMs: 5_000 });
    const [warning, milliseconds] = await timed(warned(putComment(github, verdict('x'))));
    expect(warning).toContain(expected);
    expect(milliseconds).toBeLessThan(2_000);
    expect(count(operation)).toBe(1);
  });
});

describe('time is bounded', () => {
  test('for everything together, however slow each answer is', async () => {
    standIn.fail({ operation: 'issues/list-comments', times: 99 }, { kind: 'slow', ms: 400 });
    const github = clientOf(standIn, { budgetMs: 1_000 });
    const [warning, milliseconds] = await timed(
      (async () => {
        for (;;) {
          const outcome = await putComment(github, verdict('x'));
          if (outcome.kind === 'failed') return outcome.warning;
        }
      })(),
    );
    expect(warning).toContain('within the 1 seconds');
    expect(milliseconds).toBeLessThan(2_000);
  });

  test.each(['slow answer', 'pause', 'rate limit'])('a cancelled run does not wait for a %s', async (what) => {
    const operation = { operation: 'issues/list-comments', times: 99 };
    if (what === 'slow answer') standIn.fail(operation, { kind: 'slow', ms: 20_000 });
    if (what === 'pause') standIn.fail(operation, { kind: 'status', status: 503, headers: { 'retry-after': '20' } });
    if (what === 'rate limit') standIn.fail(operation, { kind: 'secondary-limit', retryAfterSeconds: 20 });
    const controller = new AbortController();
    const lingering = watchTimers();
    // Once it has been asked.
    const asked = setInterval(() => {
      if (count('issues/list-comments') === 0) return;
      clearInterval(asked);
      setTimeout(() => controller.abort(), 100);
    }, 10);
    const github = clientOf(standIn, { signal: controller.signal });
    const [warning, milliseconds] = await timed(warned(putComment(github, verdict('x'))));
    expect(warning).toContain('cancelled');
    expect(milliseconds).toBeLessThan(1_500);
    expect(await lingering(), 'timers that keep the process alive').toBe(0);
    expect(await warned(putComment(github, verdict('x')))).toContain('cancelled');
    expect(count('issues/list-comments')).toBe(1);
  });
});

describe('the way to GitHub', () => {
  test('on GitHub Enterprise Server leads through /api/v3', async () => {
    const enterprise = await startGithub({ basePath: '/api/v3' });
    onTestFinished(() => enterprise.close());
    enterprise.pullRequest(42);
    for (const apiUrl of [enterprise.url, `${enterprise.url}/`])
      expect((await putComment(clientOf(enterprise, { apiUrl }), verdict('x'))).kind).toMatch(/created|unchanged/);
    expect(enterprise.problems).toEqual([]);
  });

  test.each(['HTTP_PROXY', 'http_proxy'])('leads through the proxy that %s names', async (name) => {
    const proxy = await startProxy();
    for (const address of [proxy.url, proxy.url.replace('http://', '')]) {
      const github = clientOf(standIn, { env: { [name]: address } });
      expect((await putComment(github, verdict('x'))).kind).toMatch(/created|unchanged/);
    }
    expect(new Set(proxy.targets)).toEqual(new Set([new URL(standIn.url).host]));
  });

  test('avoids the proxy for a host in NO_PROXY', async () => {
    const proxy = await startProxy();
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' };
    expect(await putComment(clientOf(standIn, { env }), verdict('x'))).toMatchObject({ kind: 'created' });
    expect(proxy.targets).toEqual([]);
  });

  test("does not heed the process's own environment", async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const env of [{}, { HTTPS_PROXY: 'http://127.0.0.1:9' }])
      expect((await putComment(clientOf(standIn, { env }), verdict('x'))).kind).toMatch(/created|unchanged/);
  });

  test('that leads nowhere is told with the host and without a stack', async () => {
    const server = createServer();
    const apiUrl = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const warning = await warned(putComment(clientOf(standIn, { apiUrl, budgetMs: 1_500 }), verdict('x')));
    expect(warning).toContain(`${new URL(apiUrl).host} cannot be reached: connect ECONNREFUSED`);
    expect(warning).toContain('set HTTPS_PROXY');
    expect(warning).not.toMatch(/\n\s*at /);
  });

  test('through a proxy that refuses is told so, without its password', async () => {
    const proxy = await startProxy({ refuse: true });
    const env = { HTTP_PROXY: proxy.url.replace('//', '//me:hunter2@') };
    const warning = await warned(putComment(clientOf(standIn, { env, budgetMs: 1_500 }), verdict('x')));
    expect(warning).toContain('A proxy is set');
    expect(warning).not.toContain('hunter2');
  });

  test.each(['<html>Log in</html>', { message: 'hello' }, 'nonsense'])(
    'that ends elsewhere is told: %j',
    async (body) => {
      standIn.fail('issues/list-comments', { kind: 'status', status: 200, body });
      expect(await warned(putComment(clientOf(standIn), verdict('x')))).toContain("is not GitHub's API");
    },
  );

  test('is an address', async () => {
    const github = clientOf(standIn, { apiUrl: 'no address', budgetMs: 1_500 });
    expect(await warned(putComment(github, verdict('x')))).toContain('no address cannot be reached');
  });
});

describe('nothing leaks:', () => {
  test('no line of a library reaches the console', async () => {
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((each) => vi.spyOn(console, each));
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    standIn.fail('issues/list-comments', { kind: 'status', status: 500, headers: { deprecation: 'true' } });
    standIn.fail('issues/create-comment', { kind: 'secondary-limit', retryAfterSeconds: 1 });
    await putComment(clientOf(standIn), verdict('x'));
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  test('the token stands in no text, whoever quotes it', async () => {
    const { write: token } = standIn.tokens;
    const body = { message: `go away, ${token} (token ${token})` };
    standIn.fail('issues/list-comments', { kind: 'status', status: 403, body });
    const warning = await warned(putComment(clientOf(standIn), verdict('x')));
    expect(warning).toContain('go away, ***');
    expect(warning).not.toContain(token);
    expect(JSON.stringify(standIn.requests)).not.toContain(token);
  });

  test('a token with a line break at its end is good', async () => {
    const github = clientOf(standIn, { token: `${standIn.tokens.write}\n` });
    expect(await putComment(github, verdict('x'))).toMatchObject({ kind: 'created' });
  });

  test('by default it says who asks', async () => {
    const agents: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      agents.push(request.headers['user-agent']);
      response.end('{}');
    });
    const apiUrl = await listening(server);
    const github = createGithub({ apiUrl, token: 't', repository: 'a/b', env: {} });
    await expect(github.user()).rejects.toMatchObject({ failure: { kind: 'strange' } });
    expect(agents[0]).toMatch(/^lockstep\//);
  });
});
