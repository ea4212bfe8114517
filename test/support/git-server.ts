import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { GitRepo } from './git-repo.ts';

/** A git server by http, as GitHub is one: private, and strict about credentials. */
interface GitServer {
  /** 'http://127.0.0.1:12345' */
  readonly url: string;
  /** The Authorization headers of each request, in order; [] where there was none. */
  readonly seen: readonly (readonly string[])[];
}

/** `authorization`: the header that opens it; undefined: everybody may come in. */
export async function gitServer(repo: GitRepo, authorization: string | undefined): Promise<GitServer> {
  return listen((request, response, sent) => {
    if (!refused(response, sent, authorization)) serveRepository(repo, request, response);
  });
}

/** Sends whoever has the credentials on to another server. */
export async function redirectingServer(to: string, authorization: string): Promise<GitServer> {
  return listen((request, response, sent) => {
    if (!refused(response, sent, authorization)) response.writeHead(301, { location: `${to}${request.url}` }).end();
  });
}

function refused(response: ServerResponse, sent: readonly string[], authorization: string | undefined): boolean {
  const right = authorization === undefined || sent[0] === authorization;
  if (right && sent.length < 2) return false;
  // GitHub's own answer to two headers is 400.
  response.writeHead(sent.length > 1 ? 400 : 401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
  return true;
}

type Answer = (request: IncomingMessage, response: ServerResponse, authorization: readonly string[]) => void;

async function listen(answer: Answer): Promise<GitServer> {
  const seen: string[][] = [];
  const server: Server = createServer((request, response) => {
    const { rawHeaders } = request;
    const sent = rawHeaders.filter(
      (_, index) => rawHeaders[index - 1]?.toLowerCase() === 'authorization' && index % 2 === 1,
    );
    seen.push(sent);
    answer(request, response, sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** https://git-scm.com/docs/git-http-backend, a CGI program. Whatever the path's beginning, it is this repository. */
export function serveRepository(repo: GitRepo, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...repo.env,
      GIT_PROJECT_ROOT: repo.dir,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname.replace(/^.*?\.git\//, '/.git/'),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const border = output.indexOf('\r\n\r\n');
    const headers = Object.fromEntries(
      output
        .toString('latin1', 0, border)
        .split('\r\n')
        .map((line) => line.split(': ', 2) as [string, string]),
    );
    const { Status: status = '200', ...rest } = headers;
    response.writeHead(Number.parseInt(status, 10), rest).end(output.subarray(border + 4));
  });
}
