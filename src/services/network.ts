import { redact } from './redact.ts';

/** What a network said in place of an answer: in words that may be shown, and what to do about it. */

/** fetch says 'fetch failed'; what happened stands in the innermost cause. */
export function networkMessage(error: unknown): string {
  const innermost = innermostOf(error);
  if (!(innermost instanceof Error)) return String(innermost);
  const code = codeOf(innermost);
  return innermost.message.includes(code) ? innermost.message : `${innermost.message} (${code})`.trim();
}

/** No connection was ever made. */
const UNSENT = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
] as const;

/** Whether a request certainly did not get there. */
export function isUnsent(error: unknown): boolean {
  const code = codeOf(innermostOf(error));
  return UNSENT.some((each) => each === code);
}

function innermostOf(error: unknown): unknown {
  let innermost = error;
  for (let depth = 0; depth < 5 && innermost instanceof Error && innermost.cause instanceof Error; depth++)
    innermost = innermost.cause;
  return innermost;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What somebody else said, short, on one line and without these secrets. */
export function oneLine(text: string, secrets: readonly string[]): string {
  const scrubbed = secrets.reduce((all, secret) => (secret === '' ? all : all.replaceAll(secret, '***')), text);
  const line = redact(scrubbed)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}

/** What to do when there was no answer. `proxied`: requests may go through a proxy. */
export function networkAdvice(said: string, proxied: boolean): string {
  if (/certificate|self.signed|\bCERT|UNABLE_TO/i.test(said))
    return 'Its certificate is not one that Node trusts: name the file of your own authority in NODE_EXTRA_CA_CERTS.';
  if (proxied)
    return 'A proxy is set (HTTPS_PROXY): check that it lets the runner through, or except the host in NO_PROXY.';
  return "Check the runner's network; behind a proxy, set HTTPS_PROXY.";
}
