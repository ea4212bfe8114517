// Stub of the lead's, until the owner writes it.
import type { FindingSource } from './model.ts';
export interface RuleDescription {
  readonly name: string;
  readonly source: FindingSource;
  readonly severity: string;
  readonly title: string;
  readonly why: string;
  readonly help: string;
  readonly docsUrl: string;
}
