import { type FileHandle, open, stat } from 'node:fs/promises';

/** More than that nobody reads: a migration that sends so much changes rows one by one. */
const MOST_BYTES = 64 * 1024 ** 2;

/** Reads what a growing file has got since it was last read. */
export class LogReader {
  readonly #path: string;
  #at = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What is there now has been read. */
  async skip(): Promise<void> {
    this.#at = (await stat(this.#path)).size;
  }

  async read(): Promise<string> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path, 'r');
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size - this.#at, MOST_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#at);
      this.#at = size;
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file?.close();
    }
  }
}
