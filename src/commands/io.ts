import type { Progress } from '../report/terminal/progress.ts';

/** What a command meets the world with. Verdicts and reports are not its business: it returns a Report. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** What takes long tells about itself here. */
  readonly progress: Progress;
  /** Aborted by Ctrl-C or a cancelled job: clean up and reject. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
