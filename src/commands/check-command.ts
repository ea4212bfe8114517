import { historySource, nameIn } from '../deploy/history/source.ts';
import type { Catalog } from '../postgres/catalog/catalog.ts';
import { factsOf } from '../project/command-tools/layout-of.ts';
import { decode } from '../project/decode.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import { loadParser } from '../project/sql.ts';
import type { ChangeSet, Migration } from '../project/types.ts';
import { BASE_DATABASE } from '../rehearsal/base.ts';
import { piecesOf, type Recognise, recogniser, withSql } from '../rehearsal/capture/migrations.ts';
import { chunksOf, type Piece } from '../rehearsal/capture/statements.ts';
import type { Prepared } from '../rehearsal/rehearse.ts';
import { catalogOf } from '../rehearsal/round.ts';
import type { Missed } from '../rehearsal/server/types.ts';
import type { Finding } from '../report/model.ts';
import { type CommandEnd, commandText, runProjectCommand, tellingLine } from '../services/project-command.ts';
import type { Command } from '../settings/types.ts';
import { addressOf, recordedIn } from './check-recorded.ts';
import type { Run } from './check-stages.ts';
import { copyCheckout } from './checkout-copy.ts';
import { commandFails, howItEnded, leftPending, rollbackFails, unseen, unseenRest } from './command-findings.ts';
import type { ProjectTool } from './project-tool.ts';
import { toolEnvironment } from './tool-environment.ts';

/**
 * The new migrations of a tool that runs them itself: its command applies them to a copy of the base schema, takes them back,
 * and what it sends meanwhile is kept. With that SQL they are migrations like any other, for lint, trace and reversal.
 */

interface Captured {
  readonly changeSet: ChangeSet;
  /** Those of which there is SQL: what the rehearsal runs. */
  readonly fresh: readonly Migration[];
  readonly findings: readonly Finding[];
  /** By id, why it could not be taken back. */
  readonly stuck: ReadonlyMap<string, string>;
  /** What the command has made; undefined: it did not end well. */
  readonly made: { readonly catalog: Catalog; readonly database: string } | undefined;
}

const DATABASE = 'command';
const HEAD_DATABASE = 'command_head';

export async function captureChange(
  run: Run,
  tool: ProjectTool,
  prepared: Prepared,
  fresh: readonly Migration[],
): Promise<Captured> {
  await loadParser();
  const { git, range } = run.inputs;
  const isHere = range.head === 'worktree' || range.head === git.head;
  const copy = isHere ? undefined : await copyCheckout(git, range.head);
  try {
    return await capture({ ...run, cwd: copy?.cwd ?? run.settings.cwd }, tool, prepared, fresh);
  } finally {
    await copy?.remove();
  }
}

/** `cwd`: where head's files are. */
type Here = Run & { readonly cwd: string };

async function capture(
  run: Here,
  tool: ProjectTool,
  prepared: Prepared,
  fresh: readonly Migration[],
): Promise<Captured> {
  const { server, stage } = prepared;
  await server.createDatabase(DATABASE, { template: BASE_DATABASE, owner: stage.role.name });
  const recognise = recogniserOf(run, tool, 'up');
  const applied = await sentBy(run, tool, prepared, tool.apply);
  const found = piecesOf(applied.chunks, fresh, recognise);
  const ups = new Map(found);
  const findings: Finding[] = [];
  const failing = applied.end.exitCode === 0 ? undefined : fresh.find((one) => !found.has(one));
  if (failing !== undefined) ups.set(failing, [...applied.rest, ...applied.undone]);
  const well = applied.end.exitCode === 0;
  if (!well) findings.push(commandFails(tool.apply, applied.end, failing ?? fresh.at(-1)));
  else {
    // Of a command that has worked elsewhere nothing was seen here, whatever its status command says of that place.
    const known = applied.silent ? [] : await recordedIn(run, tool, prepared, DATABASE);
    const recorded = fresh.filter((one) => known.includes(one));
    if (ups.size === 0 && historyOf(run) === undefined) giveToFirst(run, recorded, applied.rest, ups);
    findings.push(...fresh.filter((one) => !recorded.includes(one)).map((one) => leftPending(tool, one)));
    const hidden = recorded.filter((one) => !ups.has(one));
    if (applied.missed === 'rest') findings.push(unseenRest(tool.apply, hidden[0] ?? fresh.at(-1)));
    else findings.push(...hidden.map((one) => unseen(tool, one)));
  }
  let made: Captured['made'];
  let downs: Downs = { pieces: new Map(), irreversible: new Map(), stuck: new Map(), findings: [] };
  if (well) {
    made = { catalog: await catalogOf(stage, DATABASE), database: HEAD_DATABASE };
    await server.createDatabase(HEAD_DATABASE, { template: DATABASE, owner: stage.role.name });
    downs = await takeBack(run, tool, prepared, [...ups.keys()]);
  }
  await server.dropDatabase(DATABASE);
  const withText = await Promise.all(
    fresh.map(async (migration) => {
      const up = ups.get(migration);
      if (up === undefined) return migration;
      const sql = withSql(migration, await sourceOf(run, migration), up, downs.pieces.get(migration));
      const reason = downs.irreversible.get(migration);
      if (reason === undefined) return sql;
      const irreversible = sql.directives.irreversible ?? { reason, line: 1 };
      return { ...sql, directives: { ...sql.directives, irreversible } };
    }),
  );
  if (applied.missed === 'values') run.notice(ROWS_UNSEEN);
  return {
    changeSet: withMigrations(run.inputs.changeSet, new Map(fresh.map((old, index) => [old, withText[index] ?? old]))),
    fresh: withText.filter((_, index) => fresh[index] !== undefined && ups.has(fresh[index])),
    findings: [...findings, ...downs.findings],
    stuck: downs.stuck,
    made,
  };
}

const ROWS_UNSEEN =
  'On the server of rehearsal_url changes of rows were not seen whose values the tool sends apart from the SQL: without rehearsal_url Lockstep starts a server whose log it can read.';

interface SentBy extends ReturnType<typeof chunksOf> {
  readonly end: CommandEnd;
  readonly missed: Missed | undefined;
  /** Nothing at all has reached the database, not even a question. */
  readonly silent: boolean;
}

/** Runs a command of the tool's and keeps what it sends. */
async function sentBy(run: Here, tool: ProjectTool, prepared: Prepared, command: Command): Promise<SentBy> {
  const { server, stage } = prepared;
  const { settings, io, inputs, signal, cwd } = run;
  const history = historyOf(run);
  const follower = await server.follow(DATABASE, history?.table);
  try {
    io.progress.step(`running ${commandText(command)}`);
    const end = await runProjectCommand({
      command,
      cwd,
      env: toolEnvironment(tool, {
        env: settings.env,
        database: addressOf(prepared, DATABASE),
        applicationName: 'lockstep command',
        settings: stage.settings(),
      }),
      timeoutMs: inputs.policy.rehearsal.timeoutMs,
      signal,
      onLine: (line) => io.progress.stream(line),
    });
    server.throwIfLost();
    const own = history === undefined ? [] : [history.table, ...(history.beside ?? [])];
    const sent = await follower.sent();
    return {
      ...chunksOf(sent, { history: history?.table, own }),
      end,
      missed: follower.missed(),
      silent: sent.length === 0,
    };
  } finally {
    await follower.end();
  }
}

interface Downs {
  readonly pieces: ReadonlyMap<Migration, readonly Piece[]>;
  /** With the reason, in the tool's words. */
  readonly irreversible: ReadonlyMap<Migration, string>;
  /** By id. */
  readonly stuck: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** The newest first. One that cannot be taken back keeps those before it from being tried. */
async function takeBack(
  run: Here,
  tool: ProjectTool,
  prepared: Prepared,
  applied: readonly Migration[],
): Promise<Downs> {
  const recognise = recogniserOf(run, tool, 'down');
  const pieces = new Map<Migration, readonly Piece[]>();
  const irreversible = new Map<Migration, string>();
  const stuck = new Map<string, string>();
  const findings: Finding[] = [];
  for (const migration of [...applied].reverse()) {
    if (pieces.has(migration)) continue;
    const command = tool.rollback(factsOf(migration));
    if (command === undefined) break;
    const sent = await sentBy(run, tool, prepared, command);
    if (sent.end.exitCode !== 0) {
      if (tool.tool.irreversible?.test(sent.end.tail)) irreversible.set(migration, tellingLine(sent.end.tail));
      else {
        stuck.set(migration.id, `\`${commandText(command)}\` ${howItEnded(sent.end)}`);
        findings.push(rollbackFails(command, sent.end, migration));
      }
      break;
    }
    if (sent.missed === 'rest') findings.push(unseenRest(command, migration));
    const undone = piecesOf(sent.chunks, applied, recognise);
    // Without a history that tells, all that was sent takes back the newest.
    const own = undone.size > 0 ? undone : new Map([[migration, sent.chunks.flatMap((chunk) => chunk.pieces)]]);
    for (const [one, texts] of own) pieces.set(one, texts);
    const rest = pieces.get(migration);
    if (rest !== undefined) pieces.set(migration, [...rest, ...sent.rest]);
  }
  return { pieces, irreversible, stuck, findings };
}

function giveToFirst(
  run: Run,
  fresh: readonly Migration[],
  rest: readonly Piece[],
  ups: Map<Migration, readonly Piece[]>,
): void {
  const [first] = fresh;
  if (first === undefined) return;
  ups.set(first, rest);
  if (fresh.length > 1) {
    run.notice(`No history table tells one migration's SQL from the next one's: all of it stands under ${first.path}.`);
    for (const other of fresh.slice(1)) ups.set(other, []);
  }
}

/** undefined: only a status command tells. */
function historyOf({ inputs: { policy, layout } }: Run): Bookkeeping | undefined {
  return historySource(layout, policy.deploy.ownHistory);
}

function recogniserOf({ inputs: { policy } }: Run, { tool: { history } }: ProjectTool, half: 'up' | 'down'): Recognise {
  const own = policy.deploy.ownHistory;
  if (own !== undefined && history === undefined)
    return (values, known) => known.find((one) => values.includes(nameIn(own, one)));
  return recogniser(half === 'up' ? history?.recordedBy : (history?.takenOutBy ?? history?.recordedBy));
}

async function sourceOf({ inputs: { files, range } }: Run, { path }: Migration): Promise<string> {
  const file = await files.readOne(range.head, path);
  return file === undefined ? '' : decode(file.bytes).text;
}

function withMigrations(changeSet: ChangeSet, texts: ReadonlyMap<Migration, Migration>): ChangeSet {
  const now = (migration: Migration): Migration => texts.get(migration) ?? migration;
  return {
    ...changeSet,
    head: { ...changeSet.head, migrations: changeSet.head.migrations.map(now) },
    changes: changeSet.changes.map((change) =>
      change.kind === 'added' ? { ...change, migration: now(change.migration) } : change,
    ),
  };
}
