import type { Statement } from '../project/sql.ts';
import { controlsTransaction, isSavepoint } from '../project/transaction.ts';

/**
 * What became of the statements of a script that failed. Those of one transaction stay or vanish together when it ends;
 * BEGIN and its relatives are not counted.
 */
export class Effects {
  #open = 0;
  #kept = 0;
  #undone = 0;

  /** A statement is done, with this command tag; `inTransaction`: afterwards a transaction is open. */
  done(statement: Statement, tag: string, inTransaction: boolean): void {
    if (controlsTransaction(statement)) {
      // The COMMIT of a failed transaction is a ROLLBACK, and says so.
      if (!BEGINS.has(statement.tree.kind)) this.#settle(tag !== 'ROLLBACK');
      return;
    }
    if (!isSavepoint(statement)) this.#open += 1;
    if (!inTransaction) this.#settle(true);
  }

  /** How many statements took effect, and how many had run and left nothing, when no more will come. */
  end(): { readonly kept: number; readonly undone: number } {
    this.#settle(false);
    return { kept: this.#kept, undone: this.#undone };
  }

  #settle(kept: boolean): void {
    if (kept) this.#kept += this.#open;
    else this.#undone += this.#open;
    this.#open = 0;
  }
}

const BEGINS: ReadonlySet<unknown> = new Set(['TRANS_STMT_BEGIN', 'TRANS_STMT_START']);
