import type { CatalogObject } from '../../postgres/catalog/catalog.ts';
import type { Severity } from '../../report/model.ts';
import type { HazardRule } from '../hazard-rules.ts';
import type { RunningCodeRule } from '../running-code-rules.ts';
import { enumerate } from '../sql-words.ts';
import type { Blame } from './placement.ts';

/** Something that two catalogs show, before it has a place in a script. */
export interface Effect {
  readonly rule: RunningCodeRule | HazardRule;
  readonly severity: Severity;
  /**
   * Names the fact, whatever its wording: a fact that one migration brings about stands when the whole change set, from
   * base to head, has one of the same id.
   */
  readonly id: string;
  readonly message: string;
  readonly blame: Blame;
  /** The rule of Squawk's that tells the same fact from the text alone. */
  readonly squawk?: string;
  /** What was there before and is concerned: when the change set itself has made it, no running code has met it. */
  readonly of?: CatalogObject;
  /** An item of a sentence that several such effects share. */
  readonly listed?: Listed;
  /** Not a fact to tell: Squawk's word is wrong here, for this reason. */
  readonly refuted?: string;
}

/** 'star': relations, told once for a migration. 'columns': told once for a statement. */
export interface Listed {
  readonly as: 'star' | 'columns';
  readonly item: string;
}

const SENTENCES: Readonly<Record<Listed['as'], (items: string) => string>> = {
  // Any change of a relation's columns does it.
  star: (relations) =>
    `Statements prepared as \`SELECT *\` on ${relations} fail with 0A000 until their connection is made anew.`,
  columns: (columns) =>
    `Statements prepared before that return ${columns} fail with 0A000 on every execution until their connection is made anew.`,
};

export function sentenceOf(as: Listed['as'], items: readonly string[]): string {
  return SENTENCES[as](enumerate(items));
}
