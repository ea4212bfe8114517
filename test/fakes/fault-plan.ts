export interface Place {
  /** The service's own name of what is asked for. */
  readonly operation: string;
  /** How many requests pass before it. Default 0. */
  readonly skip?: number;
  /** How many requests meet it. Default 1. */
  readonly times?: number;
}

interface Planned<F> {
  readonly operation: string;
  readonly fault: F;
  skip: number;
  times: number;
}

/** Faults in the order in which a test plans them; a request meets at most one. */
export class FaultPlan<F> {
  readonly #planned: Planned<F>[] = [];

  add({ operation, skip = 0, times = 1 }: Place, fault: F): void {
    this.#planned.push({ operation, fault, skip, times });
  }

  next(operation: string): F | undefined {
    for (const planned of this.#planned) {
      if (planned.operation !== operation || planned.times === 0) continue;
      if (planned.skip > 0) planned.skip -= 1;
      else {
        planned.times -= 1;
        return planned.fault;
      }
    }
    return undefined;
  }
}
