import type { SqlErrorReport, StatementReport } from '../../report/model.ts';
import type { Attempt } from '../../report/target-model.ts';

/** What became of one migration on a target. Expected failures are values. */
export interface MigrationRun {
  /** partial: statements before the failing one took effect and stay. */
  readonly status: 'applied' | 'failed' | 'partial' | 'not-run';
  readonly durationMs: number;
  readonly statements: readonly StatementReport[];
  readonly error?: SqlErrorReport | undefined;
  /** Tries that came to nothing. */
  readonly attempts: readonly Attempt[];
}
