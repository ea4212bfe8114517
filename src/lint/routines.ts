import { parseScript, type Statement } from '../project/sql.ts';
import { fieldsOf, list, names, record } from '../project/syntax-tree.ts';
import type { Script } from '../project/types.ts';

/** By the routine's unqualified name: each statement that makes or alters it, the newest of each signature. */
type Definitions = ReadonlyMap<string, ReadonlyMap<string, Statement>>;

/**
 * The functions and procedures that a change set may call: its own, and those of the migrations before it. Of a long
 * history only the files are parsed that seem to make a routine which is really called.
 */
export class Routines {
  readonly #own: Definitions;
  readonly #history: readonly Script[];
  #files: ReadonlyMap<string, readonly Script[]> | undefined;
  #words: ReadonlySet<string> | undefined;

  constructor(own: readonly Statement[], history: readonly Script[] = []) {
    this.#own = definitionsIn(own);
    this.#history = history;
  }

  /** Whether a text may call one of them: `false` is certain, so that large texts need no walk through their tree. */
  mentionedIn(sql: string): boolean {
    this.#words ??= new Set([...[...this.#own.keys()].map(keyOf), ...this.#historyFiles().keys()]);
    const words = this.#words;
    // With escapes a name need not look like itself.
    if (words.size === 0) return false;
    if (words.has('') || ESCAPED_NAME.test(sql)) return true;
    for (const [word] of sql.matchAll(WORD)) if (words.has(word.toLowerCase())) return true;
    return false;
  }

  /** The statements that make a routine of this name, whatever its schema and arguments. */
  named(name: string): readonly Statement[] {
    const scripts = this.#historyFiles().get(keyOf(name)) ?? [];
    const before = definitionsIn(scripts.flatMap((script) => parseScript(script).statements ?? [])).get(name);
    return [...new Map([...(before ?? []), ...(this.#own.get(name) ?? [])]).values()];
  }

  #historyFiles(): ReadonlyMap<string, readonly Script[]> {
    this.#files ??= filesByRoutine(this.#history);
    return this.#files;
  }
}

/** U&"..." may write any letter as an escape. */
export const ESCAPED_NAME = /\bu&"/i;

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;

/** The last word of a name as its text must show it; '' when it shows none. */
function keyOf(name: string): string {
  return name.match(WORD)?.at(-1)?.toLowerCase() ?? '';
}

/** White space or a comment. Bounded, and no two ways through one text: the pattern takes linear time. */
const GAP = String.raw`(?:\s|--[^\n]{0,300}\n|/\*(?:[^*]|\*(?!/)){0,300}\*/)`;

/** CREATE FUNCTION, and what stands before the bracket of its parameters. */
const HEADER = new RegExp(
  String.raw`\bcreate${GAP}+(?:or${GAP}+replace${GAP}+)?(?:function|procedure)\b([^(]{1,300})\(`,
  'gi',
);

/** In the history's order, by the keys of the routines that a file seems to make. */
function filesByRoutine(scripts: readonly Script[]): ReadonlyMap<string, readonly Script[]> {
  const files = new Map<string, Script[]>();
  for (const script of scripts) {
    const names = [...script.text.matchAll(HEADER)].map(([, name = '']) => name.replace(new RegExp(GAP, 'g'), ' '));
    for (const key of new Set(names.map(keyOf))) files.set(key, [...(files.get(key) ?? []), script]);
  }
  return files;
}

function definitionsIn(statements: readonly Statement[]): Definitions {
  const found = new Map<string, Map<string, Statement>>();
  for (const statement of statements) {
    const { name, key } = definition(statement) ?? {};
    if (name === undefined || key === undefined) continue;
    const same = found.get(name) ?? new Map<string, Statement>();
    found.set(name, same.set(key, statement));
  }
  return found;
}

function definition({ kind, tree, sql }: Statement): { name: string | undefined; key: string } | undefined {
  if (kind === 'CreateFunctionStmt') return { name: names(tree.funcname).at(-1), key: signature(tree.parameters) };
  // ALTER FUNCTION f() SET lock_timeout = 0 adds to what a call does.
  if (kind === 'AlterFunctionStmt') return { name: names(record(tree.func)?.objname).at(-1), key: `alter ${sql}` };
  return undefined;
}

/** The types that tell one routine from another of its name. */
function signature(parameters: unknown): string {
  const types = list(parameters).flatMap((parameter) => {
    const fields = fieldsOf(parameter, 'FunctionParameter');
    const isResult = fields?.mode === 'FUNC_PARAM_OUT' || fields?.mode === 'FUNC_PARAM_TABLE';
    return isResult ? [] : (names(record(fields?.argType)?.names).at(-1) ?? '?');
  });
  return types.join(', ');
}
