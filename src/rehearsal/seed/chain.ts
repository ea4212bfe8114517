import { messageOf } from '../../errors.ts';
import type { ScriptOutcome } from '../../postgres/runner.ts';
import { Session } from '../../postgres/session.ts';
import { parseScript } from '../../project/sql.ts';
import type { Migration } from '../../project/types.ts';
import { adminSession } from '../admin-session.ts';
import { runUpIn, type Stage, type Step } from '../round.ts';
import { openAsRole } from '../run-in.ts';
import type { RehearsalServer } from '../server/types.ts';
import { type Bodies, bodiesOf, type Calls, callNews } from './calls.ts';
import { type ProjectSeed, runProjectSeed } from './project-seed.ts';
import { type Seeding, type SeedOptions, seed } from './seed.ts';
import { type ErrorSubject, subjectOf } from './subject.ts';

/**
 * The change set on tables that have rows, beside the run on empty ones: one database that is filled once and goes from
 * migration to migration; after one that fails, a clone of the schema that the empty run has come to is filled anew.
 */

export interface SeedPlan {
  /** Whether generic rows fill what the project's own seed leaves empty. */
  readonly generic: boolean;
  readonly project: ProjectSeed | undefined;
}

/** One migration on tables with rows. */
export interface OnRows {
  readonly outcome: ScriptOutcome;
  readonly subject: ErrorSubject;
  readonly filling: Filling;
  /** What became of functions and triggers that the migration has made or replaced; undefined: none was called. */
  readonly calls: Calls | undefined;
}

/** How a database came to its rows. */
interface Filling {
  /** undefined: the generic seeder could not work at all, for `problem`. */
  readonly seeding: Seeding | undefined;
  readonly problem?: string;
  /** Whether the project's own seed ran, all of it. */
  readonly byProject: boolean;
  /** Why it did not, when there is one. */
  readonly projectProblem?: string;
  readonly durationMs: number;
}

/** How the base schema's tables were filled; or why nothing ran on rows. */
export interface RowsRun {
  readonly filling: Filling | undefined;
  readonly unavailable: string | undefined;
}

interface Live {
  readonly stage: Stage;
  /** On its way while others go on: the clone stands. */
  readonly filling: Promise<Filling>;
  /** A server that was made for it. */
  readonly copy: RehearsalServer | undefined;
}

const DATABASE = 'rows';

/** A dump of another system's rows would take as long again: what it does to rows is to bring them. */
const MOST_STATEMENTS = 20_000;

export function isTooLongForRows({ up }: Migration): boolean {
  return (parseScript(up).statements?.length ?? 0) > MOST_STATEMENTS;
}

/** Words without which nothing is made that is called later. */
const MAKES_CALLED = /\b(?:function|trigger|execute)\b/i;

/** Turns that come too late to be awaited must not count as failures that nobody handles. */
const ignore = (): void => {};

export class SeededChain {
  readonly #stage: Stage;
  readonly #plan: SeedPlan;
  /** Migrations change what belongs to the whole cluster: the chain has a copy of the server to itself. */
  readonly #apart: boolean;
  readonly #base: string;
  /** The database as the last migration left it; undefined: there is none, or it cannot go on. */
  #live: Promise<Live | undefined> | undefined;
  /** The last migration's turn. */
  #turn: Promise<unknown> = Promise.resolve();
  #first: Filling | undefined;
  #unavailable: string | undefined;

  /** `base`: the database that holds the base schema, which has only what was reviewed. */
  constructor(stage: Stage, plan: SeedPlan, base: string, apart: boolean) {
    this.#stage = stage;
    this.#plan = plan;
    this.#base = base;
    this.#apart = apart;
  }

  /** Begins to fill a clone of `from`, unless there is one that can go on. */
  begin(from: string): void {
    this.#live ??= this.#turn.then(() => this.#make(from));
    this.#live.catch(ignore);
  }

  /** Resolves when `from` may be changed or dropped. A chain of its own server must be ready before a migration runs elsewhere. */
  async ready(from: string): Promise<void> {
    await this.#turn;
    this.begin(from);
    await this.#live;
  }

  /**
   * Runs a migration that the empty run has applied; `from` holds the schema before it. Resolves as `ready` does: what is on
   * its way is in a list, since a promise of a promise would wait for it. undefined: there is no run on rows.
   */
  async run(step: Step, from: string): Promise<readonly [Promise<OnRows | undefined>]> {
    if (isTooLongForRows(step.migration)) {
      await this.#turn;
      const live = await this.#live;
      await live?.filling.catch(ignore);
      await this.#drop(live);
      return [Promise.resolve(undefined)];
    }
    await this.ready(from);
    const turn = this.#run(step);
    this.#turn = turn.catch(ignore);
    turn.catch(ignore);
    return [turn];
  }

  /** Waits for what is on its way, clears it away, and tells how it began. */
  async end(): Promise<RowsRun> {
    await this.#turn;
    const live = await this.#live;
    await live?.filling.catch(ignore);
    await this.#drop(live);
    return { filling: this.#first, unavailable: this.#unavailable };
  }

  async #run(step: Step): Promise<OnRows | undefined> {
    const live = await this.#live;
    if (live === undefined) return undefined;
    const filling = await live.filling;
    const called = MAKES_CALLED.test(step.migration.up.text);
    const before = called ? await asRoleIn(live.stage, bodiesOf) : undefined;
    const outcome = await runUpIn(live.stage, step, DATABASE);
    const applied = outcome.status === 'applied';
    if (!applied) await this.#drop(live);
    const calls =
      applied && called ? ((await asRoleIn(live.stage, (session) => callAll(session, before))) ?? LOST) : undefined;
    return { outcome, subject: subjectOf(outcome), filling, calls };
  }

  async #drop(live: Live | undefined): Promise<void> {
    this.#live = undefined;
    if (live === undefined) return;
    if (live.copy) await live.copy.stop();
    else await live.stage.server.dropDatabase(DATABASE);
  }

  async #make(from: string): Promise<Live | undefined> {
    if (this.#unavailable !== undefined) return undefined;
    const copy = this.#apart ? await this.#stage.server.copy() : undefined;
    if (this.#apart && copy === undefined) {
      this.#unavailable = 'they change roles, and this server cannot be copied';
      return undefined;
    }
    const stage = copy === undefined ? this.#stage : { ...this.#stage, server: copy };
    await stage.server.createDatabase(DATABASE, { template: from, owner: stage.role.name });
    const filling = this.#fill(stage, from === this.#base);
    filling.catch(ignore);
    return { stage, filling, copy };
  }

  async #fill(stage: Stage, isBase: boolean): Promise<Filling> {
    const started = performance.now();
    const { project, generic } = this.#plan;
    const projectProblem = project && (await runProjectSeed(stage, DATABASE, project).catch(messageOf));
    // What the change set has made is not filled: nobody has done that on production either.
    const only = generic ? this.#first?.seeding?.tables : new Set<string>();
    const isReviewed = isBase && project?.command === undefined;
    const seeded = await seedingOf(stage, isReviewed, {
      ignore: new Set(stage.ignoreRelations),
      ...(only && { only }),
    });
    const filling: Filling = {
      ...seeded,
      byProject: project !== undefined && projectProblem === undefined,
      ...(projectProblem === undefined ? {} : { projectProblem }),
      durationMs: Math.round(performance.now() - started),
    };
    this.#first ??= filling;
    return filling;
  }
}

const LOST: Calls = { failed: [], notCalled: ['functions and triggers: the session was lost'] };

async function callAll(session: Session, before: Bodies | undefined): Promise<Calls> {
  return before === undefined ? LOST : callNews(session, before);
}

/** undefined: the role cannot connect any more, or its session is lost. */
async function asRoleIn<T>(stage: Stage, work: (session: Session) => Promise<T>): Promise<T | undefined> {
  const session = await openAsRole(stage, DATABASE).catch(() => undefined);
  try {
    return session && (await work(session).catch(() => undefined));
  } finally {
    await session?.close();
  }
}

async function seedingOf(
  stage: Stage,
  isReviewed: boolean,
  options: SeedOptions,
): Promise<Pick<Filling, 'seeding' | 'problem'>> {
  try {
    return { seeding: await (isReviewed ? asAdmin : asRole)(stage, options) };
  } catch (error) {
    stage.server.throwIfLost();
    return { seeding: undefined, problem: messageOf(error) };
  }
}

/**
 * The base schema has been reviewed: what its checks and generated columns call may run as superuser. Not after a command of
 * the project's: that is code of the change, which may have put other functions in their place.
 */
async function asAdmin(stage: Stage, options: SeedOptions): Promise<Seeding> {
  const session = await adminSession(stage.server, DATABASE);
  const { statement_timeout: limit } = stage.settings();
  try {
    // A check may be slow over thousands of combinations, and nobody waits for it longer than for a migration.
    if (limit !== undefined) await session.keep({ statement_timeout: limit });
    return await seed(session, options);
  } finally {
    await session.close();
  }
}

/**
 * Functions of the change set may be called by checks: they run with the rights that its migrations have. Triggers are
 * switched off for the role's session by somebody who may.
 */
async function asRole(stage: Stage, options: SeedOptions): Promise<Seeding> {
  const { server, role } = stage;
  const admin = await adminSession(server, DATABASE);
  const name = admin.client.escapeIdentifier;
  const where = `${name(role.name)} IN DATABASE ${name(server.admin(DATABASE).database ?? DATABASE)}`;
  try {
    await admin.run(`ALTER ROLE ${where} SET session_replication_role = replica`);
    const config = { ...server.admin(DATABASE), user: role.name, password: role.password };
    const session = await Session.open(config, { ...stage.settings(), search_path: 'pg_catalog, pg_temp' });
    try {
      return await seed(session, options);
    } finally {
      await session.close();
    }
  } finally {
    // What went wrong before matters more; the database goes with the setting.
    await admin.run(`ALTER ROLE ${where} RESET session_replication_role`).catch(ignore);
    await admin.close();
  }
}
