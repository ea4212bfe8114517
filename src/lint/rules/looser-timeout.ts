import type { Statement } from '../../project/sql.ts';
import { isOn, option } from '../../project/syntax-tree.ts';
import { cannotRunInTransaction, controlsTransaction, isSetting } from '../../project/transaction.ts';
import type { Finding } from '../../report/model.ts';
import type { Policy } from '../../settings/types.ts';
import { finding, placeOf } from '../finding.ts';
import { type SettingChange, settingChanges } from '../setting-changes.ts';
import { timeoutMs } from '../timeout.ts';
import type { Command, ReadScript, RuleContext } from '../types.ts';

/** Timeouts that a script switches off or makes longer than the deploy's own. */
export function looserTimeout(script: ReadScript, { policy }: RuleContext): Finding[] {
  const limits = limitsOf(policy);
  const harmless = locksNobodyOut(script.statements);
  return script.commands.flatMap((command) =>
    settingChanges(command).flatMap((change) => {
      const message = looser(change, limits) ?? backToDefault(change, command, script.statements, limits);
      if (message === undefined) return [];
      return [
        finding('looser-timeout', {
          ...placeOf(script.script.path, command.statement),
          line: command.line,
          ...(command.inside === undefined ? {} : { column: undefined }),
          message,
          severity: harmless ? 'info' : undefined,
        }),
      ];
    }),
  );
}

/** Milliseconds; Infinity: no limit, so nothing is looser than it but 0. undefined: ours is unlimited as well. */
type Limits = ReadonlyMap<string, { readonly ms: number; readonly written: string }>;

function limitsOf(policy: Policy): Limits {
  const limits = new Map([
    ['idle_in_transaction_session_timeout', { ms: Number.POSITIVE_INFINITY, written: '' }],
    ['transaction_timeout', { ms: Number.POSITIVE_INFINITY, written: '' }],
  ]);
  for (const [name, written] of [
    ['lock_timeout', policy.lockTimeout],
    ['statement_timeout', policy.statementTimeout],
  ] as const) {
    const ms = timeoutMs(written);
    if (ms !== undefined && ms > 0) limits.set(name, { ms, written });
  }
  return limits;
}

function looser({ name, value }: SettingChange, limits: Limits): string | undefined {
  const limit = limits.get(name ?? '');
  if (limit === undefined || value === undefined) return undefined;
  const ms = timeoutMs(value);
  if (ms === undefined) return undefined;
  if (ms === 0) return `${name} = ${value} switches the limit off.`;
  return ms > limit.ms ? `${name} = ${value} is looser than the deploy's ${limit.written}.` : undefined;
}

/** RESET goes back to the server's default, which is mostly no limit at all: it matters when work follows. */
function backToDefault(
  { name, value, computed }: SettingChange,
  command: Command,
  statements: readonly Statement[],
  limits: Limits,
): string | undefined {
  const ours = name === 'lock_timeout' || name === 'statement_timeout' || name === 'all';
  if (!ours || value !== undefined || computed || !(name === 'all' || limits.has(name))) return undefined;
  const rest = statements.slice(command.statement.index + 1);
  const worked = rest.some((statement) => !isSetting(statement) && !controlsTransaction(statement));
  if (!worked && command.inside === undefined) return undefined;
  const what = name === 'all' ? 'RESET ALL puts the timeouts' : `This puts ${name}`;
  return `${what} back to the server's default, mostly no limit, for what follows.`;
}

/** Only CONCURRENTLY and VACUUM (not FULL): they may take long and lock nobody out. */
function locksNobodyOut(statements: readonly Statement[]): boolean {
  const work = statements.filter((statement) => !isSetting(statement));
  return work.length > 0 && work.every((statement) => cannotRunInTransaction(statement) && isGentle(statement));
}

function isGentle({ kind, tree }: Statement): boolean {
  if (kind === 'VacuumStmt') return !isOn(option(tree.options, 'full'));
  if (kind === 'ReindexStmt') return isOn(option(tree.params, 'concurrently'));
  return kind === 'IndexStmt' || kind === 'DropStmt' || kind === 'AlterTableStmt';
}
