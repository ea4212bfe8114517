import { identifier } from '../../../project/quoting.ts';
import type { Node } from '../../../project/sql.ts';
import { text } from '../../../project/syntax-tree.ts';

/** A relation as a statement names it, quoted: ready for SQL, and for to_regclass inside a literal. */
export function relationName(relation: Node | undefined): string {
  return quotedName([relation?.schemaname, relation?.relname]);
}

export function quotedName(parts: readonly unknown[]): string {
  return parts.flatMap((part) => (text(part) ? [identifier(text(part) ?? '')] : [])).join('.');
}
