import { type Connection, DatabaseError, type Submittable } from 'pg';

/** Not in pg's types: what its protocol connection also does. */
type Wire = Connection & { sendCopyFail(why: string): void };

/**
 * A simple query that keeps nothing of what the server sends back: a script may select more rows, or copy more data out,
 * than the memory holds, and nobody reads them. pg calls the methods as the messages come.
 */
export class ScriptQuery implements Submittable {
  readonly text: string;
  readonly #onComplete: (tag: string) => void;
  readonly #onEnd: (error: unknown) => void;

  /** `onComplete` hears each statement's command tag, `onEnd` once the error that ended the query, or undefined. */
  constructor(text: string, onComplete: (tag: string) => void, onEnd: (error: unknown) => void) {
    this.text = text;
    this.#onComplete = onComplete;
    this.#onEnd = onEnd;
  }

  submit(connection: Connection): void {
    connection.query(this.text);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#onComplete(text);
  }

  handleReadyForQuery(): void {
    this.#onEnd(undefined);
  }

  /** After an error of its own the server says that it is ready, and with that whether a transaction is still open. */
  handleError(error: unknown, connection: Connection): void {
    if (!(error instanceof DatabaseError)) {
      this.#onEnd(error);
      return;
    }
    const end = (): void => {
      connection.off('readyForQuery', end).off('end', end);
      this.#onEnd(error);
    };
    connection.on('readyForQuery', end).on('end', end);
  }

  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFail('No source stream defined');
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}
