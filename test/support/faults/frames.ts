/** Messages of Postgres' frontend/backend protocol, cut out of a stream of bytes. */

export interface Frame {
  /** The message's type byte as a character; 'startup' for the one that has none. */
  readonly type: string;
  readonly bytes: Buffer;
}

export class Frames {
  #rest: Buffer = Buffer.alloc(0);
  #startup: boolean;

  /** `startup`: the client's direction, whose first message has no type. */
  constructor(startup: boolean) {
    this.#startup = startup;
  }

  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const header = this.#startup ? 0 : 1;
      if (this.#rest.length < header + 4) return frames;
      const length = header + this.#rest.readUInt32BE(header);
      if (this.#rest.length < length) return frames;
      const bytes = this.#rest.subarray(0, length);
      frames.push({ type: this.#startup ? 'startup' : String.fromCharCode(bytes[0] ?? 0), bytes });
      this.#rest = this.#rest.subarray(length);
      this.#startup = false;
    }
  }
}

/** What a client calls itself in its startup message. */
export function applicationNameIn(startup: Buffer): string {
  const words = startup.subarray(8).toString('utf8').split('\0');
  const at = words.indexOf('application_name');
  return at < 0 ? '' : (words[at + 1] ?? '');
}

/** The SQL of a query, simple or prepared. */
export function sqlIn({ type, bytes }: Frame): string | undefined {
  const text = bytes.subarray(5).toString('utf8').split('\0');
  if (type === 'Q') return text[0];
  return type === 'P' ? text[1] : undefined;
}
