import type { RuleSetting } from '../settings/types.ts';
import type { FindingSource } from './model.ts';

/** What there is to say about a rule beside its findings. Whoever asks for a surface brings them: report knows no rules. */
export interface RuleDescription {
  readonly name: string;
  readonly source: FindingSource;
  /** What it is worth unless settings say otherwise. */
  readonly severity: RuleSetting;
  /** Without a full stop. */
  readonly title: string;
  /** Markdown. */
  readonly why: string;
  /** The first line is prose, the others are an example. */
  readonly help: string;
  readonly docsUrl: string;
}
