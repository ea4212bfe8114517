import { type FileHandle, open, stat } from 'node:fs/promises';

/** More than that nobody reads, and it is told: a migration that sends so much changes rows one by one. */
const MOST_BYTES = 64 * 1024 ** 2;

/** Reads what a growing log has got since it was last read. */
export class LogReader {
  readonly #path: string;
  readonly #most: number;
  #at = 0;
  #isCut = false;

  constructor(path: string, most = MOST_BYTES) {
    this.#path = path;
    this.#most = most;
  }

  /** Whether there was more than was read. */
  get isCut(): boolean {
    return this.#isCut;
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
      const isCut = size - this.#at > this.#most;
      const buffer = Buffer.alloc(Math.min(size - this.#at, this.#most));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#at);
      this.#at = size;
      const text = buffer.toString('utf8', 0, bytesRead);
      if (!isCut) return text;
      this.#isCut = true;
      return withoutLastEntry(text);
    } finally {
      await file?.close();
    }
  }
}

/** Half a statement is none. A line that begins with a tab goes on with the entry before it. */
function withoutLastEntry(text: string): string {
  let end = text.lastIndexOf('\n', text.length - 2);
  while (end > 0 && text[end + 1] === '\t') end = text.lastIndexOf('\n', end - 1);
  return text.slice(0, end + 1);
}
