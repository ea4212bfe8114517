import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { COMPARISONS, GithubError, type GithubFailure } from '../../../src/services/github/github.ts';
import { inWords } from '../../../src/services/github/in-words.ts';
import { githubOfEachTest } from '../../fakes/github/each-test.ts';
import { clientOf } from '../../fakes/github/requests.ts';

const OPERATION = 'repos/compare-commits-with-basehead';
const [base, head] = ['b'.repeat(40), 'c'.repeat(40)];

const standIn = githubOfEachTest();

async function failure(asked: Promise<unknown>): Promise<GithubFailure> {
  const error = await asked.then(
    (answer) => new Error(`no failure: ${answer}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof GithubError) return error.failure;
  throw error;
}

describe('how two commits stand to each other', () => {
  test.each(COMPARISONS)('is told by GitHub: %s', async (status) => {
    standIn().compare(base, head, { status, aheadBy: 1, behindBy: 1 });
    expect(await clientOf(standIn()).compare(base, head)).toBe(status);
  });

  test('is asked for by a token that may only read, with one commit of the list', async () => {
    standIn().compare(base, head, { status: 'ahead', aheadBy: 1, behindBy: 0 });
    await clientOf(standIn(), { token: standIn().tokens.readOnly }).compare(base, head);
    expect(standIn().requests).toMatchObject([{ operation: OPERATION, query: { per_page: '1' }, status: 200 }]);
  });

  test('is asked again after an error of the server’s and after a connection that broke', async () => {
    standIn().compare(base, head, { status: 'behind', aheadBy: 0, behindBy: 1 });
    standIn().fail(OPERATION, { kind: 'status', status: 502, body: '<html></html>' });
    standIn().fail(OPERATION, { kind: 'drop', when: 'midway' });
    expect(await clientOf(standIn()).compare(base, head)).toBe('behind');
    expect(standIn().requests).toHaveLength(3);
  });

  test('takes no characters of a sha for a part of the address', async () => {
    expect(await failure(clientOf(standIn()).compare('..', '../../../user?x=1#'))).toMatchObject({ status: 404 });
    expect(standIn().requests).toMatchObject([{ operation: OPERATION, query: { per_page: '1' } }]);
  });
});

describe('what GitHub does not tell is said in words:', () => {
  test('a commit that it does not have', async () => {
    const found = await failure(clientOf(standIn()).compare(base, head));
    expect(found).toEqual({ kind: 'refused', status: 404, said: 'Not Found' });
    expect(inWords(found)).toContain('GitHub answered 404 (Not Found). It does not have what was asked for');
    expect(standIn().requests).toHaveLength(1);
  });

  test('a repository that the token cannot see', async () => {
    const found = await failure(clientOf(standIn(), { token: standIn().tokens.blind }).compare(base, head));
    expect(found).toMatchObject({ kind: 'refused', status: 404 });
  });

  test('a token that may not, or is none', async () => {
    standIn().fail(OPERATION, { kind: 'status', status: 403, body: { message: 'Resource not accessible' } });
    expect(inWords(await failure(clientOf(standIn()).compare(base, head)))).toContain('`contents: read`');
    const found = await failure(clientOf(standIn(), { token: 'unknown' }).compare(base, head));
    expect(inWords(found)).toContain('GitHub answered 401 (Bad credentials). The token has expired');
  });

  test('an error of its own that does not go away', async () => {
    standIn().fail({ operation: OPERATION, times: 99 }, { kind: 'status', status: 503 });
    const found = await failure(clientOf(standIn()).compare(base, head));
    expect(inWords(found)).toBe('GitHub answered with an error of its own (503).');
    expect(standIn().requests).toHaveLength(4);
  });

  test('a rate limit beyond our patience', async () => {
    standIn().fail(OPERATION, { kind: 'rate-limit', resetInSeconds: 1_490 });
    const found = await failure(clientOf(standIn(), { budgetMs: 5_000 }).compare(base, head));
    expect(inWords(found)).toContain('rate limit');
  });

  test('an answer that takes too long', async () => {
    standIn().fail(OPERATION, { kind: 'slow', ms: 20_000 });
    const found = await failure(clientOf(standIn(), { budgetMs: 1_000 }).compare(base, head));
    expect(inWords(found)).toBe('GitHub did not answer within 1 s.');
  });

  test('a network that leads nowhere', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const found = await failure(clientOf(standIn(), { apiUrl }).compare(base, head));
    expect(inWords(found)).toMatch(/^GitHub cannot be reached: connect ECONNREFUSED .*\.$/);
  });

  test.each([{ status: 'sideways' }, { message: 'hello' }, '<html>Log in</html>'])(
    'an answer that is not GitHub’s: %j',
    async (body) => {
      standIn().fail(OPERATION, { kind: 'status', status: 200, body });
      expect(inWords(await failure(clientOf(standIn()).compare(base, head)))).toContain("not GitHub's API");
    },
  );

  test('a run that is cancelled', async () => {
    const github = clientOf(standIn(), { signal: AbortSignal.abort() });
    expect(inWords(await failure(github.compare(base, head)))).toContain('cancelled');
  });
});
