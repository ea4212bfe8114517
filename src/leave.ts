/** What is left when all is done: connections that nobody waits for any more, and that cannot be given up. */

interface Leaving {
  readonly stdout: { readonly writableLength: number };
  readonly stderr: { readonly writableLength: number };
  exit(): void;
}

const GRACE_MS = 1_000;

/**
 * Ends the process when something keeps it alive although its work is done: a proxy that never answers would hold a job for
 * minutes. Not before all that was printed has left. A process that ends by itself knows nothing of it.
 */
export function leave(host: Leaving, graceMs = GRACE_MS): void {
  setTimeout(() => {
    if (host.stdout.writableLength + host.stderr.writableLength > 0) leave(host, graceMs);
    else host.exit();
  }, graceMs).unref();
}
