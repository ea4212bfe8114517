/** The way out: Node's own fetch, or undici's through the proxy that the environment names. */

import type { Environment } from '../settings/environment.ts';

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** Whether requests may go through a proxy; NO_PROXY may still except a host. */
export function hasProxy(env: Environment): boolean {
  return proxyOf(env, 'https_proxy') !== '' || proxyOf(env, 'http_proxy') !== '';
}

/**
 * A fetch that resolves when the whole answer is there: octokit, for one, would take an answer whose connection breaks in
 * the middle for an empty one. `env` is where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read, in either case.
 */
export function createFetch(env: Environment): Fetch {
  let made: Promise<Fetch> | undefined;
  return async (url, options) => {
    made ??= hasProxy(env) ? proxiedFetch(env) : Promise.resolve(fetch);
    const response = await (await made)(url, options);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(await response.arrayBuffer(), { status, statusText, headers: [...headers] });
  };
}

async function proxiedFetch(env: Environment): Promise<Fetch> {
  const { fetchThrough } = await import('./through-proxy.ts');
  return fetchThrough({
    httpProxy: proxyOf(env, 'http_proxy'),
    httpsProxy: proxyOf(env, 'https_proxy'),
    noProxy: either(env, 'no_proxy'),
  });
}

function proxyOf(env: Environment, name: 'http_proxy' | 'https_proxy'): string {
  const value = either(env, name);
  // 'proxy:3128' is common, and curl takes it.
  return value === '' || value.includes('://') ? value : `http://${value}`;
}

function either(env: Environment, name: string): string {
  return (env[name] || env[name.toUpperCase()] || '').trim();
}
