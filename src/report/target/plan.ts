import type { MigrationReport, Report } from '../model.ts';
import { names, type Phrase } from '../phrases.ts';
import { bytes, count, roughly } from '../words.ts';
import type { TargetLine } from './parts.ts';
import { sessionDetails, sessionPhrases } from './words.ts';

const CAME_TO_IT: ReadonlySet<Report['result']> = new Set(['applied', 'noop', 'failed', 'partial', 'superseded']);

/** Whether the run went on to the migrations: they tell themselves what became of them. */
export function cameToIt({ result }: Report): boolean {
  return CAME_TO_IT.has(result);
}

/** What a plan holds. */
export function pendingLines(report: Report, full: boolean): TargetLine[] {
  const { command, result, plan, migrations } = report;
  if (plan === undefined || (!full && command === 'apply' && cameToIt(report))) return [];
  return plan.pending.map(({ id, statements, transaction, program, checksum, author, pullRequest }) => {
    const migration = migrations.find((one) => one.id === id);
    return {
      head: id,
      phrases: [
        program
          ? 'run by its tool'
          : `${count(statements, 'statement')}${transaction === 'none' ? ', outside a transaction' : ' in a transaction'}`,
        ...declared(migration),
        ...(author === undefined ? [] : [', by ', { name: author }]),
        ...(full ? [', sha256 ', { name: checksum }] : []),
      ],
      ...(pullRequest === undefined
        ? {}
        : { pages: [{ label: `pull request ${pullRequest}`, path: `pull/${pullRequest}` }] }),
      details: migration?.why === undefined || (result === 'refused' && !full) ? [] : [[`“${migration.why}”`]],
      ...(migration?.risk?.level === 'high' ? { mood: 'warn' as const } : {}),
    };
  });
}

function declared(migration: MigrationReport | undefined): Phrase[] {
  const { phase, risk } = migration ?? {};
  const reasons = risk === undefined || risk.reasons.length === 0 ? '' : ` (${risk.reasons.join(', ')})`;
  return [
    ...(phase === undefined ? [] : [`, ${phase}`]),
    ...(risk === undefined ? [] : [`, risk ${risk.level}${reasons}`]),
  ];
}

/** What whoever approves it should know of the worst case; of a plan that can be carried out. */
export function failureLines({ command, result, plan }: Report): TargetLine[] {
  const pending = plan?.pending ?? [];
  if (command !== 'plan' || result !== 'planned' || pending.length === 0) return [];
  const bare = pending.filter(({ transaction }) => transaction === 'none').map(({ id }) => id);
  const byTool = pending.some(({ program }) => program === true);
  const whole = !byTool && bare.length < pending.length;
  return [
    ...(byTool
      ? [{ phrases: ["Of the migration that fails what its tool's own transaction does not take back stays."] }]
      : []),
    ...(whole
      ? [{ phrases: [bare.length === 0 ? 'Nothing of it stays.' : 'In a transaction: nothing of it stays.'] }]
      : []),
    ...(bare.length === 0
      ? []
      : [
          {
            phrases: [
              ...names(bare),
              ': statements before the one that fails stay, and the next run goes on with that.',
            ],
          },
        ]),
    {
      phrases: [
        pending.length === 1
          ? 'The code does not follow.'
          : 'What was applied before it stays, the rest does not run, and the code does not follow.',
      ],
    },
  ];
}

/** The largest first. */
export function tableLines({ plan }: Report): TargetLine[] {
  return [...(plan?.tables ?? [])]
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ name, rows, bytes: size }) => ({
      head: name,
      phrases: [`${bytes(size)}, ${roughly(rows)} ${rows === 1 ? 'row' : 'rows'}`],
    }));
}

/** Who is in the way now; that nobody is, is told as well. */
export function blockerLines({ plan, notices = [] }: Report): TargetLine[] {
  if (plan?.blockers === undefined) return [];
  const { visible, sessions } = plan.blockers;
  const seen = sessions.map(
    (session): TargetLine => ({
      phrases: sessionPhrases(session),
      mood: 'warn',
      details: sessionDetails(session),
    }),
  );
  if (visible) return seen.length > 0 ? seen : [{ phrases: ['Nobody: no open transaction would make them wait.'] }];
  const granted = notices.some((notice) => notice.includes('GRANT pg_read_all_stats'));
  const hidden: TargetLine = {
    phrases: ["What other roles' transactions do is not visible to this role: there may be more, and older ones."],
    mood: 'warn',
    ...(granted ? {} : { help: 'GRANT pg_read_all_stats to the role that reads, to see them.' }),
  };
  return [...seen, hidden];
}

export function invalidIndexLines({ plan }: Report): TargetLine[] {
  return (plan?.invalidIndexes ?? []).map((name) => ({
    head: name,
    phrases: ['no query uses it, every write pays for it'],
    mood: 'warn',
    details: [[{ name: `${LEFTOVER.test(name) ? 'DROP INDEX' : 'REINDEX INDEX'} CONCURRENTLY ${name};` }]],
  }));
}

/** What a REINDEX CONCURRENTLY has left beside the index that is good. */
const LEFTOVER = /_cc(?:new|old)\d*$/;
