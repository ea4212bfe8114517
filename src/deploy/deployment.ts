import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import type { SessionReport } from '../report/target-model.ts';
import type { DeployPolicy } from '../settings/types.ts';
import { forgottenIn, requireUnchanged } from './after-loss.ts';
import type { HistoryRequest, TargetHistory } from './history/read.ts';
import { readHistory } from './history/read.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { RunIdentity } from './ledger/write.ts';
import { fence } from './lock/key.ts';
import { type LockAnswer, releaseLock, takeLock } from './lock/lock.ts';
import { retakeLock } from './lock/retake.ts';
import { type HeldToolLock, releaseToolLock, retakeToolLock } from './lock/tool-lock.ts';
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
  /** Taken after ours; undefined: the tool has none. */
  readonly toolLock: HeldToolLock | undefined;
  readonly policy: DeployPolicy;
  readonly timeouts: Timeouts;
  readonly identity: RunIdentity;
  readonly watch: Watch;
  readonly teller: Teller;
  readonly signal: AbortSignal;
}

/** `tool`: whose lock is waited for, when it is not ours. */
type OnWait = (holder: SessionReport | undefined, waitedMs: number, tool?: string) => void;

/** How often a run comes back after its connection was lost, before it calls that a failure. */
const MOST_RETURNS = 20;
/** For how long it tries to come back. */
const RETURN_MS = 120_000;
/** Questions of ours are short, once they have their locks; a script's statement ends by its own timeout. */
const OWN_ANSWER_MS = 30_000;
/** A session on which nothing comes back any more is cut. */
const CLOSE_MS = 2_000;

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
  /** Ids by identity. */
  readonly #recorded = new Map<string, string>();
  #forgotten: readonly string[] = [];

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
  recorded(identity: string, id: string): void {
    this.#recorded.set(identity, id);
  }

  /** Ids of migrations of this run that a target which answered after a loss does not know any more. */
  get forgotten(): readonly string[] {
    return this.#forgotten;
  }

  /** How often the connection was lost. */
  get returns(): number {
    return this.#returns;
  }

  /** Takes the lock on the session of this run; a connection that is lost meanwhile is made anew. */
  async lock(onWait: OnWait): Promise<LockAnswer> {
    const { target, key, policy, signal } = this.request;
    for (;;) {
      try {
        await this.#keep();
        const { lockWaitMs: waitMs, onBusy } = policy;
        // What is read anew under the lock is read faster then: the server has its catalogs at hand, and so have we our code.
        const meanwhile = (): Promise<unknown> => this.history();
        const ours = await takeLock({ session: this.#session, key, waitMs, onBusy, signal, onWait, meanwhile });
        return ours.acquired ? await this.#lockTool(ours, onWait) : ours;
      } catch (error) {
        signal.throwIfAborted();
        if (!isLost(error) || this.#returns >= MOST_RETURNS) throw error;
        this.#returns += 1;
        this.#session.cut();
        ({ session: this.#session, backendPid: this.#backendPid } = await target.reopen(RETURN_MS));
      }
    }
  }

  /** Ours first, then the tool's: always in that order. Where the tool's is not to be had, ours is not kept. */
  async #lockTool(ours: LockAnswer, onWait: OnWait): Promise<LockAnswer> {
    const { toolLock, key: ourKey, policy, signal } = this.request;
    const session = this.#session;
    let answer = ours;
    for (const key of toolLock?.keys ?? []) {
      const { waitedMs } = answer;
      const taken = await takeLock({
        session,
        key,
        waitMs: Math.max(0, policy.lockWaitMs - waitedMs),
        onBusy: policy.onBusy,
        signal,
        onWait: (holder, ms) => onWait(holder, waitedMs + ms, toolLock?.tool),
        meanwhile: async () => {},
      });
      answer = { ...taken, waitedMs: waitedMs + taken.waitedMs, holder: taken.holder ?? answer.holder };
      if (taken.acquired) continue;
      if (toolLock !== undefined) await releaseToolLock(session, toolLock);
      await releaseLock(session, ourKey);
      return { ...answer, of: { tool: toolLock?.tool ?? '', key } };
    }
    return answer;
  }

  /**
   * Work that waits for every transaction of the database: a tool that waits for its lock holds one, and would wait for this
   * session, which waits for it. So its lock is let go of meanwhile. Throws `lock-lost` when somebody keeps it then.
   */
  async withoutToolLock<T>(work: () => Promise<T>): Promise<T> {
    const { toolLock, policy, signal } = this.request;
    if (toolLock?.waitsBlocking !== true) return work();
    const session = this.#session;
    await releaseToolLock(session, toolLock);
    const result = await work();
    // A run that ends does not need it any more; a connection that is gone is somebody else's discovery.
    if (signal.aborted) return result;
    await retakeToolLock(session, toolLock, policy.lockWaitMs, signal).catch((error) => {
      if (!isLost(error)) throw error;
    });
    return result;
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
        return await this.#whatIsThere();
      } catch (again) {
        if (again instanceof LockstepError) throw again;
        cause = again;
        await sleep(Math.min(5_000, 200 * this.#returns), undefined, { signal });
      }
    }
  }

  async #whatIsThere(): Promise<TargetHistory> {
    const history = await this.history();
    const runId = this.#runId;
    this.#forgotten = forgottenIn(history, this.#recorded);
    const { session, forgotten } = this;
    if (runId !== undefined)
      await requireUnchanged({ session, ledger: this.request.ledger, history, runId, forgotten });
    return history;
  }

  async #reconnect(): Promise<void> {
    const { target, teller, key, toolLock, policy, signal } = this.request;
    const lost = { pid: this.#backendPid, at: Date.now() };
    this.#session.cut();
    const { session, backendPid } = await target.reopen(RETURN_MS);
    this.#session = session;
    this.#backendPid = backendPid;
    await this.#keep();
    const limitMs = Math.max(policy.lockWaitMs, RETURN_MS);
    await retakeLock({ session, key, oldPid: lost.pid, limitMs, signal });
    if (toolLock !== undefined) await retakeToolLock(session, toolLock, limitMs, signal);
    teller.done('came back, with the lock', Date.now() - lost.at);
  }

  /** Lets go of everything. Never rejects. */
  async close(): Promise<void> {
    const session = this.#session;
    const patience = setTimeout(() => session.cut(), CLOSE_MS);
    const { toolLock, key } = this.request;
    if (toolLock !== undefined) await releaseToolLock(session, toolLock);
    await releaseLock(session, key);
    await session.close();
    clearTimeout(patience);
  }
}
