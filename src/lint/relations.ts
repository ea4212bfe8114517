import { rangeVar, targetsOf } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import { lifetimes, relationKey, schemaKey, typeKey, written } from './made.ts';
import type { Command } from './types.ts';

/** Which relations a change set makes, and which ones its statements are about: by name, as far as the text shows it. */

export function rangeVarName(value: unknown): string | undefined {
  const name = rangeVar(value);
  return name && written(name);
}

/** Where a script is asked about: at one of its statements, or at a command inside one. */
type Moment = Statement | Command;

interface Event {
  /** Position among the script's commands. */
  readonly at: number;
  readonly made: boolean;
}

/** What stands before the script: objects that earlier new files made, and what was there before the change set. */
interface Before {
  /** Keys of what earlier files of the change set have made and not dropped. */
  readonly made: ReadonlySet<string>;
  /** Whether a relation of the base schema seems to have a name: for IF NOT EXISTS, which may have done nothing. */
  readonly existed: (key: string) => boolean;
}

const NOTHING: Before = { made: new Set(), existed: () => false };

/**
 * The objects that a change set has made when a script runs, in earlier files or in the script itself: nobody uses them
 * yet, for the deploy brings the code afterwards.
 */
export class NewRelations {
  readonly #before: Before;
  readonly #events = new Map<string, Event[]>();
  readonly #positions = new Map<Moment, number>();

  constructor(commands: readonly Command[], before: Before = NOTHING) {
    this.#before = before;
    for (const [at, command] of commands.entries()) {
      this.#positions.set(command, at);
      if (command.inside === undefined) this.#positions.set(command.statement, at);
      const { made, gone, maybe } = lifetimes(command, (key) => this.#isNew(key, at));
      // A branch of a DO block need not have run.
      const unsure = maybe || command.inside !== undefined;
      for (const key of gone) this.#note(key, { at, made: false });
      for (const key of made)
        if (!unsure || this.#isNew(key, at) || !before.existed(key)) this.#note(key, { at, made: true });
    }
  }

  /** Whether all relations that a statement is about were made by statements before it. */
  holdsAllOf(moment: Moment): boolean {
    const targets = relationsOf(moment);
    return targets.length > 0 && targets.every((name) => this.hasBefore(moment, name));
  }

  /** Whether a relation was made before a statement. `name`: 'schema.name' or the bare name. */
  hasBefore(moment: Moment, name: string): boolean {
    return this.#holds(relationKey(name), moment);
  }

  /** Whether a type was made before a statement. `parts`: its qualified name. */
  hasTypeBefore(moment: Moment, parts: readonly string[]): boolean {
    return this.#holds(typeKey(parts), moment);
  }

  /** Whether the script itself has made a type before a statement, in another branch than a DO block's. */
  madeHere(moment: Moment, parts: readonly string[]): boolean {
    const at = this.#positionOf(moment);
    return this.#events.get(typeKey(parts))?.findLast((event) => event.at < at)?.made === true;
  }

  hasSchemaBefore(moment: Moment, name: string): boolean {
    return this.#holds(schemaKey(name), moment);
  }

  /** Keys of what is new after the script: `made` of the next one's `Before`. */
  after(): ReadonlySet<string> {
    const left = new Set(this.#before.made);
    for (const [key, events] of this.#events) {
      if (events.at(-1)?.made) left.add(key);
      else left.delete(key);
    }
    return left;
  }

  #holds(key: string, moment: Moment): boolean {
    return this.#isNew(key, this.#positionOf(moment)) || this.#isInNewSchema(key, moment);
  }

  /** What stands in a new schema is new: it can only have been made there, or moved to it. */
  #isInNewSchema(key: string, moment: Moment): boolean {
    if (this.#events.has(key)) return false;
    const schema = /^(?:type )?([^.]+)\./.exec(key)?.[1];
    return schema !== undefined && this.#isNew(schemaKey(schema), this.#positionOf(moment));
  }

  #isNew(key: string, at: number): boolean {
    const last = this.#events.get(key)?.findLast((event) => event.at < at);
    return last === undefined ? this.#before.made.has(key) : last.made;
  }

  #note(key: string, event: Event): void {
    const known = this.#events.get(key);
    if (known) known.push(event);
    else this.#events.set(key, [event]);
  }

  #positionOf(moment: Moment): number {
    return this.#positions.get(moment) ?? Number.POSITIVE_INFINITY;
  }
}

/** The tables, indexes and views that a statement alters, fills, empties or drops; none where it does not name them. */
export function relationsOf(statement: Pick<Statement, 'kind' | 'tree'>): string[] {
  return targetsOf(statement).map(written);
}
