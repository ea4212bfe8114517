import type { ChangeSet, Script } from '../project/types.ts';
import { lifetimes, relationKey } from './made.ts';
import { Past } from './past.ts';
import { NewRelations } from './relations.ts';
import type { HazardScript, ReadScript } from './types.ts';

/** The new up scripts of a change set, each with what the files before it have made. */

/** `scripts`: in the order in which they run. `untouched`: the scripts that the change leaves as they are. */
export function freshScripts(
  scripts: readonly ReadScript[],
  { changeSet, untouched, postgresMajor }: Surroundings,
): HazardScript[] {
  const past = new Past(changeSet.head.migrations.map(({ up }) => up));
  const existed = existedIn(new Past(untouched));
  let made: ReadonlySet<string> = new Set();
  return scripts.map((script) => {
    const relations = new NewRelations(script.commands, { made, existed });
    made = relations.after();
    return { ...script, made: relations, past: past.before(script.script), postgresMajor };
  });
}

interface Surroundings {
  readonly changeSet: ChangeSet;
  readonly untouched: readonly Script[];
  readonly postgresMajor: number;
}

const MAKES = /\b(?:create|drop|alter)\b/i;

/** Whether the base schema has an object of a key, as far as its migrations tell. */
function existedIn(past: Past): (key: string) => boolean {
  return (key) => {
    const wanted = relationKey(key);
    const word = wanted.split(/[. ]/).at(-1) ?? wanted;
    let there = false;
    for (const statement of past.statements(MAKES, word)) {
      const { made, gone } = lifetimes(statement, () => true);
      if (gone.includes(wanted)) there = false;
      if (made.includes(wanted)) there = true;
    }
    return there;
  };
}
