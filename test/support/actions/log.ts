import type { Masks } from './masks.ts';

export type Level = 'error' | 'warning' | 'notice';

/** What GitHub shows beside a line of the diff, or on the page of the run. */
export interface Annotation {
  readonly level: Level;
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** Of each level, for a step of a workflow; all steps of a composite action are one such step. */
const ANNOTATION_LIMIT = 10;

/** The runner sends no longer message. */
const MESSAGE_LIMIT = 4096;

/** The log of a step of a workflow as GitHub shows it, without times: secrets hidden, and the annotations that came with it. */
export class StepLog {
  readonly annotations: Annotation[] = [];
  /** What came after the limit: GitHub says nothing about it. */
  readonly dropped: Annotation[] = [];
  readonly masks: Masks;
  readonly #debugging: boolean;
  readonly #onLine: (line: string) => void;
  #lines: string[] = [];

  constructor(masks: Masks, options: { debug?: boolean; onLine?: (line: string) => void } = {}) {
    this.masks = masks;
    this.#debugging = options.debug ?? false;
    this.#onLine = options.onLine ?? (() => {});
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  output(line: string): void {
    const shown = this.masks.hide(line);
    this.#lines.push(shown);
    this.#onLine(shown);
  }

  debug(text: string): void {
    if (this.#debugging) for (const line of text.split(/\r?\n/)) this.output(`##[debug]${line}`);
  }

  annotate({ message, ...place }: Annotation): void {
    const shown = this.masks.hide(message).slice(0, MESSAGE_LIMIT);
    if (shown !== '') this.output(`##[${place.level}]${shown}`);
    if (shown.trim() === '') return;
    const enough = this.annotations.filter(({ level }) => level === place.level).length >= ANNOTATION_LIMIT;
    // The runner hides secrets in the message, not in the title or the file.
    (enough ? this.dropped : this.annotations).push({ ...place, message: shown });
  }

  error(message: string): void {
    this.annotate({ level: 'error', message });
  }

  warning(message: string): void {
    this.annotate({ level: 'warning', message });
  }
}
