import { LockstepError } from '../errors.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { adviceFor, type Stage } from './base-advice.ts';

/**
 * The base history could not be replayed: what is missing is nearly always something that lives outside the migrations.
 * The error names it and gives the lines for lockstep.yml.
 */
export function explainBaseFailure(error: SqlErrorReport, stage: Stage, what: string): LockstepError {
  const lines = [
    `the base schema could not be built: ${what} failed`,
    `${error.path}:${error.line}:${error.column}: ${error.message}${error.sqlstate ? ` (SQLSTATE ${error.sqlstate})` : ''}`,
    error.excerpt,
    error.detail && `detail: ${error.detail}`,
    error.hint && `hint: ${error.hint}`,
    error.where && `in: ${error.where}`,
  ];
  return new LockstepError('base-history-failed', lines.filter(Boolean).join('\n'), { hint: adviceFor(error, stage) });
}
