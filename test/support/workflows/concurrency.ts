/** Groups of which one member runs at a time, for all runs of a repository (their names know no case). */

interface Member {
  /** Ends its wait: true to run, false when it is cancelled. */
  readonly answer: (mayRun: boolean) => void;
  /** Ends its work. */
  readonly cancel: () => void;
}

interface Group {
  holder: Member | undefined;
  readonly waiting: Member[];
}

interface ConcurrencyRequest {
  readonly group: string;
  readonly cancelInProgress: boolean;
  /** single: a newer one in the line cancels the older. */
  readonly queue: 'single' | 'max';
  /** Whose; for `seen`. */
  readonly by: string;
  readonly cancel: () => void;
}

const LONGEST_QUEUE = 100;

export class Concurrency {
  /** Each request, in the order of its arrival. */
  readonly seen: { readonly group: string; readonly by: string }[] = [];
  readonly #groups = new Map<string, Group>();

  /** Resolves when it is this one's turn, with what gives the turn on; undefined when a newer one has taken the place. */
  async enter(request: ConcurrencyRequest, cancelled: Promise<void>): Promise<(() => void) | undefined> {
    const { by, cancelInProgress, cancel } = request;
    const name = request.group.toLowerCase();
    const group = this.#groups.get(name) ?? { holder: undefined, waiting: [] };
    this.#groups.set(name, group);
    this.seen.push({ group: request.group, by });
    if (cancelInProgress) group.holder?.cancel();
    if (group.holder !== undefined) {
      const { mine, turn } = place(cancel);
      if (request.queue === 'single') for (const older of group.waiting.splice(0)) older.answer(false);
      if (group.waiting.length >= LONGEST_QUEUE) return undefined;
      group.waiting.push(mine);
      void cancelled.then(() => {
        const at = group.waiting.indexOf(mine);
        if (at >= 0) group.waiting.splice(at, 1);
        mine.answer(false);
      });
      if (!(await turn)) return undefined;
    } else group.holder = { answer: () => {}, cancel };
    return () => {
      group.holder = group.waiting.shift();
      group.holder?.answer(true);
    };
  }
}

function place(cancel: () => void): { mine: Member; turn: Promise<boolean> } {
  let answer: (mayRun: boolean) => void = () => {};
  const turn = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  return { mine: { answer, cancel }, turn };
}
