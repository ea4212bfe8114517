/** The login that is tied to the server's certificate (SCRAM-SHA-256-PLUS), so that nobody in between can pass it on. */

interface Protocol extends NodeJS.EventEmitter {
  readonly stream: { destroy(): unknown };
}

/**
 * pg takes this login when the server offers it, and any other when it does not. Here the others end the connection, before
 * a password is sent. To be called before `connect`.
 */
export function demandChannelBinding(connection: Protocol): void {
  let [offered, done] = [false, false];
  const refuse = (): void => {
    // First: pg would take what comes in the same packet for a success.
    connection.emit('error', new Error('channel binding is required, but the server does not offer it'));
    connection.stream.destroy();
  };
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    offered = mechanisms.includes('SCRAM-SHA-256-PLUS');
    if (!offered) refuse();
  });
  connection.on('authenticationSASLFinal', () => {
    done = offered;
  });
  connection.on('authenticationCleartextPassword', refuse);
  connection.on('authenticationMD5Password', refuse);
  connection.on('authenticationOk', () => {
    if (!done) refuse();
  });
}
