import { type Catalog, type CatalogObject, keyOf } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import { wholeName } from '../sql-words.ts';
import { Resolver } from '../surprise/resolver.ts';
import { isOpaque, wordsOf } from '../surprise/said.ts';
import { targetsOf } from '../surprise/targets.ts';

/** How to find the statement that brought something about. */
export interface Blame {
  /** An object of the schema before that a statement drops, renames or moves by name. */
  readonly target?: CatalogObject;
  /** Names that such a statement holds, all of them; several choices, the surest first. */
  readonly words: readonly (readonly string[])[];
  /** Whether a statement may do such a thing at all. */
  readonly does?: (statement: Statement) => boolean;
}

/** What moves rows alone changes no schema: of a large file of data hardly anything is left to look through. */
const DATA: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt']);

/** Lays what two catalogs show to the statements of the script that ran between them. */
export class Placement {
  readonly #statements: readonly Statement[];
  readonly #targeted = new Map<string, Statement>();

  constructor(statements: readonly Statement[], before: Catalog, searchPath: readonly string[]) {
    this.#statements = statements.filter(({ kind }) => !DATA.has(kind));
    const resolver = new Resolver(before, searchPath);
    for (const statement of this.#statements) {
      const targets = targetsOf(statement);
      for (const object of targets.flatMap((target) => resolver.resolve(target)))
        this.#targeted.set(keyOf(object), statement);
      resolver.pass(statement, targets);
    }
  }

  /** The last statement that fits, since it made the final state; undefined: the script has none. */
  find({ target, words, does = () => true }: Blame): Statement | undefined {
    const named = target && this.#targeted.get(keyOf(target));
    if (named !== undefined) return named;
    const patterns = words.map((choice) => choice.map((name) => wholeName(name, 'i')));
    const holds = (statement: Statement, choice: readonly RegExp[] = []): boolean =>
      choice.every((pattern) => pattern.test(statement.sql));
    for (const [at, choice] of words.entries()) {
      const found = this.#holding(choice).findLast((statement) => does(statement) && holds(statement, patterns[at]));
      if (found !== undefined) return found;
    }
    const hidden = this.#statements.filter(isOpaque);
    const mentions = hidden.find((statement) => patterns.some((choice) => holds(statement, choice)));
    return mentions ?? hidden[0] ?? this.#statements[0];
  }

  /** Those that may hold all of the words: of the dump of a large schema only few are looked at. */
  #holding(words: readonly string[]): readonly Statement[] {
    this.#byWord ??= byWord(this.#statements);
    const lists = words.filter((word) => WORD.test(word)).map((word) => this.#byWord?.get(word.toLowerCase()) ?? []);
    return lists.reduce((least, list) => (list.length < least.length ? list : least), this.#statements);
  }

  #byWord: ReadonlyMap<string, readonly Statement[]> | undefined;
}

const WORD = /^[\p{L}_][\p{L}\p{N}_$]*$/u;

function byWord(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const statement of statements) {
    for (const word of new Set([...wordsOf(statement.sql)].map((one) => one.toLowerCase()))) {
      const known = found.get(word);
      if (known === undefined) found.set(word, [statement]);
      else known.push(statement);
    }
  }
  return found;
}

/** Where a name stands in a text; 0 when it does not. */
export function offsetOf(name: string, sql: string): number {
  return Math.max(0, sql.search(wholeName(name, 'i')));
}

/** Whether a statement is of one of these kinds: 'CreateStmt'. */
export function isOfKind(...kinds: readonly string[]): (statement: Statement) => boolean {
  return ({ kind }) => kinds.includes(kind);
}

/** Whether ALTER TABLE does one of these things: 'AT_AlterColumnType'. */
export function alters(...subtypes: readonly string[]): (statement: Statement) => boolean {
  return ({ kind, tree }) =>
    kind === 'AlterTableStmt' &&
    list(tree.cmds).some((item) => subtypes.includes(text(fieldsOf(item, 'AlterTableCmd')?.subtype) ?? ''));
}

/** Whether one of several holds. */
export function either(...tests: readonly ((statement: Statement) => boolean)[]): (statement: Statement) => boolean {
  return (statement) => tests.some((test) => test(statement));
}
