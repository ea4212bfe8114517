import type { FindingSource, Impact } from '../../report/model.ts';
import type { RuleSetting } from '../../settings/types.ts';

/** What is written about a rule: docs/rules.md and the rule's own page are generated from it, and findings take their help from it. */
export interface RuleEntry {
  readonly source: FindingSource;
  /** What the rule is worth unless `lint.rules` in lockstep.yml says otherwise. */
  readonly severity: RuleSetting;
  readonly title: string;
  /** What goes wrong, and why the severity is what it is. */
  readonly why: string;
  /** What to do: shown with every finding. */
  readonly help: string;
  /**
   * The rule keeps a script from a database that it could harm or that could not run it: it can be neither silenced nor
   * made milder, because a change that was not looked at must never be green.
   */
  readonly mandatory?: true;
  /**
   * What running code waits for as long as the statement reads or writes rows. Not where a lock is held for a moment, however
   * strong: the deploy's lock_timeout and retries cover that.
   */
  readonly blocks?: Impact['blocks'];
  /**
   * What hurts takes as long as the table is big, as with `blocks`: of a table that the project calls small it is a note.
   */
  readonly cheapWhenSmall?: true;
  /** The danger lies in rows and readers that are there already: none on a table that the same file has made. */
  readonly existingTablesOnly?: true;
}

export type RuleEntries = Readonly<Record<string, RuleEntry>>;
