import { type Catalog, type CatalogObject, keyOf } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
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

/** Lays what two catalogs show to the statements of the script that ran between them. */
export class Placement {
  readonly #statements: readonly { readonly statement: Statement; readonly words: ReadonlySet<string> }[];
  readonly #targeted = new Map<string, Statement>();

  constructor(statements: readonly Statement[], before: Catalog, searchPath: readonly string[]) {
    this.#statements = statements.map((statement) => ({ statement, words: foldedWords(statement.sql) }));
    const resolver = new Resolver(before, searchPath);
    for (const statement of statements) {
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
    for (const choice of words) {
      const found = this.#statements.findLast((one) => does(one.statement) && choice.every((word) => holds(one, word)));
      if (found !== undefined) return found.statement;
    }
    const hidden = this.#statements.filter(({ statement }) => isOpaque(statement));
    const mentions = hidden.find((one) => words.some((choice) => choice.every((word) => holds(one, word))));
    return (mentions ?? hidden[0] ?? this.#statements[0])?.statement;
  }
}

/** Where a name stands in a text; 0 when it does not. */
export function offsetOf(name: string, sql: string): number {
  const word = new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`, 'i');
  return Math.max(0, sql.search(word));
}

/** Names without quotes are written in any case. */
function foldedWords(sql: string): ReadonlySet<string> {
  const words = [...wordsOf(sql)];
  return new Set([...words, ...words.map((word) => word.toLowerCase())]);
}

function holds(one: { readonly statement: Statement; readonly words: ReadonlySet<string> }, word: string): boolean {
  return one.words.has(word) || (/[^\p{L}\p{N}_$]/u.test(word) && one.statement.sql.includes(word));
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
