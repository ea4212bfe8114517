import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { serveRepository } from '../git-server.ts';
import type { Repositories } from './sources.ts';

/** All repositories of a test by http, at the addresses that they have on GitHub: <url>/owner/name. */
export interface GitHost {
  /** What GITHUB_SERVER_URL holds. */
  readonly url: string;
}

/** `mayRead`: whether a token (undefined: none) opens a repository. Who may not is told that there is none. */
export async function startGitHost(
  repositories: Repositories,
  mayRead: (repository: string, token: string | undefined) => boolean,
): Promise<GitHost> {
  // As on GitHub any commit may be asked for.
  for (const repo of Object.values(repositories)) repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const [, owner = '', name = '', rest = ''] = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(.*)$/.exec(pathname) ?? [];
    const repository = `${owner}/${name}`;
    const repo = repositories[repository];
    const { authorization } = request.headers;
    const token = tokenIn(authorization);
    if (repo !== undefined && mayRead(repository, token)) {
      request.url = `/${name}.git/${rest}${search}`;
      serveRepository(repo, request, response);
    } else if (token === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Repository not found.');
    } else response.writeHead(404).end('Repository not found.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** GitHub takes a token as the password of any user. */
function tokenIn(authorization: string | undefined): string | undefined {
  const [, encoded] = /^basic (\S+)$/i.exec(authorization ?? '') ?? [];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
}
