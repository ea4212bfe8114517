import { EnvHttpProxyAgent, fetch } from 'undici';

/**
 * The way through a proxy. Built into a file of its own beside the program (scripts/build.mjs): it is a quarter of all the
 * code, and few runs need it.
 */

interface Proxies {
  /** Each is given, be it empty: otherwise undici looks into process.env. */
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** A fetch that goes by these proxies. Throws on the URL of a proxy that is none. */
export function fetchThrough(proxies: Proxies): (url: string, options: RequestInit) => Promise<Response> {
  const dispatcher = withoutWarning(() => new EnvHttpProxyAgent(proxies));
  const through: unknown = (url: string, options: object) => fetch(url, { ...options, dispatcher });
  return through as ReturnType<typeof fetchThrough>;
}

/** undici 6 calls this agent experimental on standard error, which is nothing for the reader of a verdict. */
function withoutWarning<T>(make: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}
