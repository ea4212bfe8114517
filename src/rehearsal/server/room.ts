import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';

/** How much a server may still write, and a watch that ends it before it has written the machine full. */

const TMPFS = 0x01021994;

interface Room {
  readonly bytes: number;
  /** What is written there takes memory. */
  readonly inMemory: boolean;
}

/** The room that is left for files in `directory`. A file system in memory may promise more than the machine has. */
export async function roomAt(directory: string): Promise<Room> {
  const { type, bavail, bsize } = await statfs(directory);
  const inMemory = type === TMPFS;
  return { bytes: inMemory ? Math.min(bavail * bsize, freemem()) : bavail * bsize, inMemory };
}

/** With less, other programs of the machine are soon in trouble too. */
export const LEAST_ROOM = 200 * 1024 ** 2;

/** Whether a file could not be written because the disk, or our share of it, is full. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** A statement in a loop fills a gigabyte per second. */
const POLL_MS = 250;

export class RoomWatch {
  readonly #directory: string;
  readonly #leastBytes: number;
  readonly #onShortage: () => void;
  readonly #timer: NodeJS.Timeout;
  #stopped = false;

  /** Watches until `stop`, and calls `onShortage` once when there is less room than `leastBytes`. Keeps no process alive. */
  constructor(directory: string, leastBytes: number, onShortage: () => void) {
    this.#directory = directory;
    this.#leastBytes = leastBytes;
    this.#onShortage = onShortage;
    this.#timer = setInterval(() => void this.look(), POLL_MS).unref();
  }

  /** Looks now. Never rejects: a directory that cannot be asked is not watched. */
  async look(): Promise<void> {
    const room = await roomAt(this.#directory).catch(() => undefined);
    if (this.#stopped || room === undefined || room.bytes >= this.#leastBytes) return;
    this.stop();
    this.#onShortage();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }
}
