import type { Progress } from '../report/terminal/progress.ts';

/** What a command meets the world with. Verdicts and reports are not its business: it returns a Report. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** What takes long tells about itself here. */
  readonly progress: Progress;
  /** Asks the person at the terminal. undefined: there is none. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Keeps a secret that was found on the way out of everything that is printed and written from here on. */
  readonly hide?: ((secret: string) => void) | undefined;
  /** Takes the secrets out of a text that is kept elsewhere than in what is printed and written. */
  readonly strip?: ((text: string) => string) | undefined;
  /** Aborted by Ctrl-C or a cancelled job: clean up and reject. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
