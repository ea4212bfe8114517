import type { Gate } from '../../report/target-model.ts';
import type { Policy } from '../../settings/types.ts';
import { howToSettle } from '../../settle.ts';
import type { EditedMigration, NotedEdit, TargetState } from '../history/state.ts';
import { resumeProblem } from '../run/resume.ts';

/** Rules that must hold before anything is applied. Pure; one that is open is told only where that says something. */

interface GateFacts {
  readonly state: TargetState;
  readonly policy: Policy;
  /** There is no history at all. */
  readonly noHistory: boolean;
  /** What the database holds, in words, when it has tables and no history; undefined: it is empty. */
  readonly contents: string | undefined;
  readonly pooler: 'none' | 'session' | 'transaction';
  /** How to get round a pooler: the address to use. */
  readonly poolerHelp: string;
  readonly standby: boolean;
  /** The tool itself goes no further when an applied file has been edited. */
  readonly toolRefusesEdits: boolean;
  /** How the last deploy ended, whose checks are still to be passed; undefined: they have been. */
  readonly checksDue: string | undefined;
  /** What `check` would let no database see, in the pending migrations: 'path:line: message'. */
  readonly forbidden: readonly string[];
}

export function gatesOf(facts: GateFacts): Gate[] {
  return [
    ...poolerGate(facts),
    ...(facts.standby ? [STANDBY] : []),
    ...baselineGate(facts),
    ...unfinishedGate(facts),
    ...editedGate(facts),
    ...missingGate(facts),
    ...orderGate(facts),
    ...statementsGate(facts),
    ...checksGate(facts),
  ];
}

function poolerGate({ pooler, poolerHelp }: GateFacts): Gate[] {
  if (pooler !== 'transaction') return [];
  return [
    {
      name: 'pooler',
      open: false,
      message: 'A pooler in transaction mode stands before the server: an advisory lock would hold for nobody.',
      help: poolerHelp,
    },
  ];
}

const STANDBY: Gate = {
  name: 'standby',
  open: false,
  message: 'The server is a standby: nothing can be written to it.',
  help: 'Use the address of the primary.',
};

function baselineGate({ noHistory, contents, state }: GateFacts): Gate[] {
  if (!noHistory || contents === undefined) return [];
  const newest = state.pending.at(-1)?.id ?? 'ID';
  return [
    {
      name: 'baseline',
      open: false,
      message: `There is no history of migrations here, and the database is not empty: it holds ${contents}.`,
      help: `If this is the right database, record what it has already (the newest migration that it has, ${newest} perhaps):\n  lockstep baseline --to ${newest}`,
    },
  ];
}

function unfinishedGate({ state }: GateFacts): Gate[] {
  if (state.unfinished.length === 0) return [];
  const problems = state.unfinished.flatMap((one) => {
    const problem = resumeProblem(one);
    return problem === undefined ? [] : [{ one, problem }];
  });
  if (problems.length === 0) {
    const [first] = state.unfinished;
    const done = first?.steps.filter(({ state: step }) => step === 'done').length ?? 0;
    return [
      {
        name: 'unfinished',
        open: true,
        message: `${first?.migration?.id} ${done === 0 ? 'was begun, and goes on at its first statement' : `stopped after statement ${done}, and goes on there`}.`,
      },
    ];
  }
  const [first] = problems;
  const id = first?.one.migration?.id ?? first?.one.identity ?? 'ID';
  return [
    {
      name: 'unfinished',
      open: false,
      message: `${problems.length === 1 ? 'A migration was' : `${problems.length} migrations were`} begun and not finished.`,
      details: problems.map(({ one, problem }) => `${one.migration?.id ?? one.identity}: ${problem}`),
      help: howToSettle(id),
    },
  ];
}

function editedGate({ state, policy, toolRefusesEdits }: GateFacts): Gate[] {
  const edited = state.edited.filter(
    ({ edit, migration }) =>
      (edit === 'meaning' || (edit === 'unknown' && toolRefusesEdits)) && !isAccepted(policy, migration.path),
  );
  if (edited.length === 0) return releasedGate(state, policy);
  return [
    {
      name: 'edited',
      open: false,
      message: `${edited.length === 1 ? 'An applied migration has' : `${edited.length} applied migrations have`} been edited: the database keeps what the old text made.`,
      details: edited.map(({ migration: { id, path } }) => `${id} (${path})`),
      help: `Take the edit back and bring the change as a new migration. If it is right as it is, say so in lockstep.yml:\n  history:\n    accept:\n      - path: ${edited[0]?.migration.path}\n        reason: why this is right`,
    },
  ];
}

/** Edits that stop nothing: they are shown, so that nobody wonders. */
function releasedGate({ edited }: TargetState, policy: Policy): Gate[] {
  if (edited.length === 0) return [];
  return [
    {
      name: 'edited',
      open: true,
      message: edited.some(({ entry }) => entry !== undefined)
        ? 'Applied migrations have been edited, and `apply` takes note of that.'
        : 'Applied migrations have been edited.',
      details: edited.map(({ migration: { id, path }, edit }) => `${id} (${path}): ${whyReleased(edit, path, policy)}`),
    },
  ];
}

function whyReleased(edit: EditedMigration['edit'], path: string, policy: Policy): string {
  if (edit === 'cosmetic') return 'comments and white space alone';
  if (isAccepted(policy, path)) return 'released in lockstep.yml';
  return "by the tool's own checksum, since it was applied, before Lockstep knew it; the tool itself takes no offence";
}

function missingGate({ state, policy }: GateFacts): Gate[] {
  const missing = state.missing.filter(({ entry }) => entry === undefined || !isAccepted(policy, entry.path));
  if (missing.length === 0) return [];
  const path = missing.find(({ entry }) => entry !== undefined)?.entry?.path ?? 'path/of/the/migration.sql';
  return [
    {
      name: 'missing',
      open: false,
      message: `${missing.length === 1 ? 'A migration is' : `${missing.length} migrations are`} applied that this commit does not have.`,
      details: missing.map(({ identity, entry }) => {
        const from = entry?.commit === undefined ? '' : `, applied from ${entry.commit.slice(0, 7)}`;
        return entry === undefined ? identity : `${entry.name} (${entry.path}${from})`;
      }),
      help: `Deploy from a commit that has it. One that was deleted on purpose is released in lockstep.yml:\n  history:\n    accept:\n      - path: ${path}\n        reason: why it is gone\nIf it belongs to another project in this database, give each its own \`ledger_schema\`.`,
    },
  ];
}

function orderGate({ state, policy }: GateFacts): Gate[] {
  const unexpected = state.outOfOrder.filter(({ directives }) => directives.outOfOrder === undefined);
  if (state.outOfOrder.length === 0) return [];
  if (policy.deploy.outOfOrder === 'apply' || unexpected.length === 0) {
    const ids = state.outOfOrder.map(({ id }) => id);
    return [
      {
        name: 'order',
        open: true,
        message: 'Migrations that sort before applied ones will run, as allowed.',
        details: ids,
      },
    ];
  }
  return [
    {
      name: 'order',
      open: false,
      message: `${unexpected.length === 1 ? 'A pending migration sorts' : `${unexpected.length} pending migrations sort`} before one that is applied.`,
      details: unexpected.map(({ id, path }) => `${id} (${path})`),
      help: 'Give it a newer version. If it does not depend on the order, say so in the file:\n  -- lockstep: out-of-order reason=why that is safe\nor, for the whole project, in lockstep.yml:\n  out_of_order: apply',
    },
  ];
}

function statementsGate({ forbidden }: GateFacts): Gate[] {
  if (forbidden.length === 0) return [];
  return [
    {
      name: 'statements',
      open: false,
      message: 'A pending migration holds what no database may see.',
      details: [...forbidden],
      help: '`lockstep check` says more about each, and how to do it safely.',
    },
  ];
}

function checksGate({ checksDue }: GateFacts): Gate[] {
  if (checksDue === undefined) return [];
  return [
    {
      name: 'checks',
      open: true,
      message: `The last run ${isCutOff(checksDue) ? 'was cut off' : `ended as ${checksDue}`} before its checks had passed: \`apply\` runs them.`,
    },
  ];
}

/** Nobody has written its end. */
function isCutOff(result: string): boolean {
  return result === 'running' || result === 'lost';
}

/** Released in lockstep.yml, with a reason. */
export function isAccepted({ historyAccept }: Policy, path: string): boolean {
  return historyAccept !== 'never' && historyAccept.some((entry) => entry.path === path);
}

/** Applied migrations whose edit is released or cosmetic: the ledger takes the new checksum. */
export function acknowledged({ edited }: TargetState, policy: Policy): readonly NotedEdit[] {
  return edited.flatMap(({ entry, edit, migration }) =>
    entry !== undefined && (edit === 'cosmetic' || isAccepted(policy, migration.path))
      ? [{ migration, entry, edit }]
      : [],
  );
}
