// A stand-in so that the bundle builds while the real one is written: to be replaced as a whole.
import type { Report, SchemaDiff } from '../report/model.ts';

export interface Comparison {
  readonly same: boolean;
  readonly schemaDiff: SchemaDiff;
  readonly lines: readonly string[];
  readonly rehearsal: NonNullable<Report['rehearsal']>;
  readonly notices: readonly string[];
}

export function compareWithTarget(_request: {
  readonly notice: (text: string) => void;
  readonly [other: string]: unknown;
}): Promise<Comparison> {
  throw new Error('not there yet');
}
