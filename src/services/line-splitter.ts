/** Splits text that comes in pieces into lines, of which no more than the beginning is kept: output need not have lines. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #limit: number;
  #line = '';
  #cut = false;
  #afterReturn = false;

  /** `limit`: characters of a line; an ellipsis stands for the rest. */
  constructor(onLine: (line: string) => void, limit = 65_536) {
    this.#onLine = onLine;
    this.#limit = limit;
  }

  /** Ends a line at \n, \r\n, and at the \r of a progress bar. */
  add(piece: string): void {
    if (piece === '') return;
    const text = this.#afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#afterReturn = piece.endsWith('\r');
    const parts = text.split(/\r\n|\n|\r/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.#append(part);
      this.#emit();
    }
    this.#append(last);
  }

  /** Nothing more comes: what has begun is a line too. */
  end(): void {
    if (this.#line !== '') this.#emit();
  }

  #append(part: string): void {
    const room = this.#limit - this.#line.length;
    this.#line += part.slice(0, room);
    this.#cut ||= part.length > room;
  }

  #emit(): void {
    this.#onLine(this.#cut ? `${this.#line}…` : this.#line);
    this.#line = '';
    this.#cut = false;
  }
}
