import { messageOf } from '../errors.ts';

/** Why a connection failed, as Node, the driver or the server said it. */
export interface ConnectionError {
  /** Node's ('ECONNREFUSED'), OpenSSL's ('CERT_HAS_EXPIRED') or an SQLSTATE; '' where there is none. */
  readonly code: string;
  readonly message: string;
  /** The IP address that was tried, where Node tells it. */
  readonly address: string | undefined;
}

/** All that is in `error`: where a name has several addresses, Node gives a bundle of errors without a message. */
export function connectionErrors(error: unknown): readonly ConnectionError[] {
  const inner = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
  const code = codeOf(error);
  return inner.map((each) => ({
    code: codeOf(each) || code,
    message: messageOf(each),
    address: (each as { address?: string } | undefined)?.address,
  }));
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
