import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import type { DeployPolicy } from '../settings/types.ts';
import type { HistoryRequest, TargetHistory } from './history/read.ts';
import { isApplied, readHistory } from './history/read.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { RunIdentity } from './ledger/write.ts';
import { fence } from './lock/key.ts';
import { type LockAnswer, releaseLock, takeLock, tryLock } from './lock/lock.ts';
import { pause, pauseMs } from './run/backoff.ts';
import { isLockFailure, isLost, LockGone } from './run/loss.ts';
import { deploySettings, limitMs, type Timeouts } from './run/timeouts.ts';
import type { Watch } from './run/watch.ts';
import type { Target } from './target/target.ts';

/** What goes on, told while it does. */
interface Teller {
  /** Something begins. */
  step(text: string): void;
  done(text: string, ms?: number): void;
  /** What the reader should know, in the report as well. */
  notice(text: string): void;
}

interface DeploymentRequest {
  readonly target: Target;
  readonly ledger: Ledger;
  readonly history: HistoryRequest;
  readonly key: bigint;
  readonly policy: DeployPolicy;
  readonly timeouts: Timeouts;
  readonly identity: RunIdentity;
  readonly watch: Watch;
  readonly teller: Teller;
  readonly signal: AbortSignal;
}

/** How often a run comes back after its connection was lost, before it calls that a failure. */
const MOST_RETURNS = 20;
/** For how long it tries to come back. */
const RETURN_MS = 120_000;
/** Questions of ours are short, once they have their locks; a script's statement ends by its own timeout. */
const OWN_ANSWER_MS = 30_000;
/** A session on which nothing comes back any more is cut. */
const CLOSE_MS = 2_000;
/** An old backend that is still at work after this time is ended: it is ours. */
const OLD_BACKEND_MS = 2_000;

/**
 * One run on a target: the session that holds the lock and runs the migrations. When the connection is lost it comes back:
 * a new session, the old backend's end, the lock again, the history anew.
 */
export class Deployment {
  readonly request: DeploymentRequest;
  #session: Session;
  #backendPid: number;
  #returns = 0;
  #runId: string | undefined;
  readonly #recorded = new Set<string>();

  constructor(request: DeploymentRequest) {
    this.request = request;
    this.#session = request.target.session;
    this.#backendPid = request.target.backendPid;
  }

  get session(): Session {
    return this.#session;
  }

  get backendPid(): number {
    return this.#backendPid;
  }

  /** The run's row in the ledger; undefined before it has one. */
  get runId(): string | undefined {
    return this.#runId;
  }

  set runId(id: string | undefined) {
    this.#runId = id;
  }

  /** SQL that fails when this session does not hold the lock. */
  get fence(): string {
    return fence(this.request.key);
  }

  /** A migration of this run stands in the history: a target that does not know it any more is not the one that we knew. */
  recorded(identity: string): void {
    this.#recorded.add(identity);
  }

  /** How often the connection was lost. */
  get returns(): number {
    return this.#returns;
  }

  /** Takes the lock on the session of this run; a connection that is lost meanwhile is made anew. */
  async lock(onWait: Parameters<typeof takeLock>[0]['onWait']): Promise<LockAnswer> {
    const { target, key, policy, signal } = this.request;
    for (;;) {
      try {
        await this.#keep();
        const { lockWaitMs: waitMs, onBusy } = policy;
        // What is read anew under the lock is read faster then: the server has its catalogs at hand, and so have we our code.
        const meanwhile = (): Promise<unknown> => this.history();
        return await takeLock({ session: this.#session, key, waitMs, onBusy, signal, onWait, meanwhile });
      } catch (error) {
        signal.throwIfAborted();
        if (!isLost(error) || this.#returns >= MOST_RETURNS) throw error;
        this.#returns += 1;
        this.#session.cut();
        ({ session: this.#session, backendPid: this.#backendPid } = await target.reopen(RETURN_MS));
      }
    }
  }

  async #keep(): Promise<void> {
    const { target, timeouts } = this.request;
    this.#session.patience = {
      own: limitMs(timeouts.lock) + OWN_ANSWER_MS,
      script: limitMs(timeouts.statement) + OWN_ANSWER_MS,
    };
    await this.#session.keep(deploySettings(target.major, timeouts));
  }

  history(): Promise<TargetHistory> {
    return readHistory(this.#session, this.request.history);
  }

  /** Work that may be done anew from the beginning: after a lost connection it is, and while it gets no lock. */
  async surely<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.persistently(work);
      } catch (error) {
        await this.comeBack(error);
      }
    }
  }

  /**
   * The same on this very session, for work that its state belongs to. Whoever locks the ledger must not make half a
   * migration of a whole one; and a transaction that failed is not left open.
   */
  async persistently<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { policy, signal } = this.request;
    const deadline = performance.now() + policy.lockRetryBudgetMs;
    for (let tries = 1; ; tries++) {
      try {
        if (this.#session.inTransaction) await this.#session.run('ROLLBACK');
        return await work(this.#session);
      } catch (error) {
        if (isLost(error)) throw error;
        if (this.#session.inTransaction) await this.#session.run('ROLLBACK');
        if (!isLockFailure(error) || signal.aborted || performance.now() > deadline) throw error;
        await pause(pauseMs(tries), signal);
      }
    }
  }

  /**
   * Statements of ours in a transaction of their own, as who we are, whatever role the file has chosen; it takes effect only
   * while this session holds the lock. Rejects with LockGone when it does not, else with pg's error.
   */
  async fenced(statements: readonly string[]): Promise<void> {
    const before = ['BEGIN', 'SET LOCAL role TO DEFAULT'];
    const sql = [...before, this.fence, ...statements, 'COMMIT'].join(';\n');
    const { error, completed } = await this.#session.runTimed(sql, this.#session.patience.own);
    if (error !== undefined) throw completed.length === before.length ? new LockGone() : error;
  }

  /**
   * Comes back after a loss, and tells what the target's history says now. Throws the error itself when it is no loss, when
   * it has happened too often, or when there is no way back.
   */
  async comeBack(error: unknown): Promise<TargetHistory> {
    const { signal, teller, target } = this.request;
    for (let cause = error; ; ) {
      signal.throwIfAborted();
      if (!isLost(cause) || this.#returns >= MOST_RETURNS) throw cause;
      this.#returns += 1;
      teller.step(`the connection to ${target.address} was lost: coming back`);
      try {
        await this.#reconnect();
        await this.#requireOwnTurn();
        const history = await this.history();
        this.#requireKept(history);
        return history;
      } catch (again) {
        if (again instanceof LockstepError) throw again;
        cause = again;
        await sleep(Math.min(5_000, 200 * this.#returns), undefined, { signal });
      }
    }
  }

  /**
   * Another run that had the lock meanwhile has called ours lost: what we planned is not what is there any more, and the
   * next run plans anew. Throws `lock-lost`.
   */
  async #requireOwnTurn(): Promise<void> {
    if (this.#runId === undefined) return;
    const [result] = await this.#session.run(
      `SELECT 1 FROM ${this.request.ledger.runs} WHERE id = ${this.#runId} AND result = 'running'`,
    );
    if (result?.rows.length === 1) return;
    throw new LockstepError(
      'lock-lost',
      'The connection was lost, and meanwhile another run has worked on the target.',
      {
        hint: 'Start the run again: it plans anew.',
      },
    );
  }

  /** Throws `history-lost`: a standby that took over may lack what its primary had committed. */
  #requireKept(history: TargetHistory): void {
    const lost = [...this.#recorded].filter((identity) => !isApplied(history, identity));
    if (lost.length === 0) return;
    throw new LockstepError(
      'history-lost',
      `The connection was lost, and the target does not know any more what this run has applied: ${lost.join(', ')}.`,
      {
        hint: 'Another server may have taken over, without the last commits of the one before. Look into that first; then start the run again: it plans anew.',
      },
    );
  }

  async #reconnect(): Promise<void> {
    const { target, teller } = this.request;
    const lost = { pid: this.#backendPid, at: Date.now() };
    this.#session.cut();
    const { session, backendPid } = await target.reopen(RETURN_MS);
    this.#session = session;
    this.#backendPid = backendPid;
    await this.#keep();
    await this.#retake(lost.pid);
    teller.done('came back, with the lock', Date.now() - lost.at);
  }

  /** The old backend holds the lock until it ends: to get it is to know that nothing of ours is still at work. */
  async #retake(oldPid: number): Promise<void> {
    const { key, policy, signal } = this.request;
    const started = Date.now();
    for (let asked = false; ; ) {
      signal.throwIfAborted();
      if (await tryLock(this.#session, key)) return;
      if (!asked && Date.now() - started > OLD_BACKEND_MS) {
        asked = true;
        await this.#endOld(oldPid);
      }
      if (Date.now() - started > Math.max(policy.lockWaitMs, RETURN_MS)) {
        throw new LockstepError('lock-lost', 'The connection was lost, and meanwhile another run has taken the lock.', {
          hint: 'Start the run again: it goes on where this one was interrupted.',
        });
      }
      await sleep(100 + Math.random() * 200, undefined, { signal });
    }
  }

  async #endOld(pid: number): Promise<void> {
    await this.#session.client
      .query(
        `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
         WHERE pid = $1 AND usename = session_user AND application_name = pg_catalog.current_setting('application_name')`,
        [pid],
      )
      .catch(() => {});
  }

  /** Lets go of everything. Never rejects. */
  async close(): Promise<void> {
    const session = this.#session;
    const patience = setTimeout(() => session.cut(), CLOSE_MS);
    await releaseLock(session, this.request.key);
    await session.close();
    clearTimeout(patience);
  }
}
