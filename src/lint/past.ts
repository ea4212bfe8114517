import { parseScript, type Statement } from '../project/sql.ts';
import type { Script } from '../project/types.ts';

/**
 * What the migrations before one say. Of a long history only the files are parsed whose text may matter to a question.
 * `loadParser` must have resolved.
 */
export class Past {
  readonly #scripts: readonly Script[];
  readonly #end: number;
  readonly #matching: Map<RegExp, readonly number[]>;

  /** `scripts`: the up scripts of all migrations, in their order. */
  constructor(scripts: readonly Script[], end = scripts.length, matching = new Map<RegExp, readonly number[]>()) {
    this.#scripts = scripts;
    this.#end = end;
    this.#matching = matching;
  }

  /** What stands before a script; all of them when it is none of these. */
  before(script: Script): Past {
    const at = this.#scripts.indexOf(script);
    return new Past(this.#scripts, at < 0 ? this.#scripts.length : at, this.#matching);
  }

  get scripts(): readonly Script[] {
    return this.#scripts.slice(0, this.#end);
  }

  /**
   * The statements of the scripts whose text matches a pattern and holds a word. `pattern`: a constant, since the files that
   * match it are remembered. `word`: the bare name of an object.
   */
  statements(pattern: RegExp, word: string): readonly Statement[] {
    const lower = word.toLowerCase();
    return this.#files(pattern)
      .filter((at) => at < this.#end)
      .flatMap((at) => {
        const script = this.#scripts[at];
        if (script === undefined || script.unreadable || !script.text.toLowerCase().includes(lower)) return [];
        return parseScript(script).statements ?? [];
      });
  }

  #files(pattern: RegExp): readonly number[] {
    const known = this.#matching.get(pattern);
    if (known) return known;
    const found = this.#scripts.flatMap(({ text }, at) => (pattern.test(text) ? [at] : []));
    this.#matching.set(pattern, found);
    return found;
  }
}
