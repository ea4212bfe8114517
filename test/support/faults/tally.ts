import { appendFileSync } from 'node:fs';
import type { Outcome } from './recovery.ts';

/** Counts faults and what became of them; a test file prints its own, `npm run faults` the sum of all. */
export class Tally {
  readonly #title: string;
  readonly #kinds = new Map<string, number>();
  readonly losses: string[] = [];
  #injected = 0;
  #survived = 0;
  #resolved = 0;
  #notInjected: string[] = [];

  constructor(title: string) {
    this.#title = title;
  }

  count(kind: string, what: string, { problems, resolved }: Outcome): void {
    this.#injected += 1;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (resolved.length > 0) this.#resolved += 1;
    if (problems.length === 0) this.#survived += 1;
    else this.losses.push(`${what}\n  ${problems.join('\n  ')}`);
  }

  /** What this machine does not allow: said, never passed over. */
  impossible(what: string): void {
    this.#notInjected.push(what);
  }

  get injected(): number {
    return this.#injected;
  }

  print(): void {
    const kinds = [...this.#kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
    const asked = `${this.#resolved} after a resolve that it asked for`;
    console.log(`${this.#title}: ${this.#injected} faults injected (${kinds}), ${this.#survived} survived (${asked})`);
    for (const what of this.#notInjected) console.log(`${this.#title}: NOT injected here: ${what}`);
    const path = process.env.LOCKSTEP_FAULTS_TALLY;
    if (path === undefined) return;
    const line = {
      title: this.#title,
      injected: this.#injected,
      survived: this.#survived,
      resolved: this.#resolved,
      notInjected: this.#notInjected,
    };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  }
}
