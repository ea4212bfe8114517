import type { ChildProcess } from 'node:child_process';
import { eventually } from '../traces.ts';
import { type Attempt, startLockstep, told } from './attempt.ts';
import { type FaultKind, STRIKES } from './faults.ts';
import { type FaultProject, faultProject } from './project.ts';
import { FaultProxy, type Injection, type Link, type Moment } from './proxy.ts';
import { type Outcome, recover, type Scene } from './recovery.ts';
import { seed } from './sampling.ts';
import type { FaultServer } from './server.ts';
import { readState } from './state.ts';
import { Tally } from './tally.ts';

/** A server, a project, and what a run without faults makes of them: each case gets a database of its own. */
export class Stage implements Scene {
  readonly server: FaultServer;
  readonly project: FaultProject;
  readonly wanted: Scene['wanted'];
  readonly tally: Tally;
  /** The messages of a run without faults, and how long it took. */
  readonly messages: readonly string[];
  readonly runMs: number;
  #made = 0;

  private constructor(about: StageParts) {
    this.server = about.server;
    this.project = about.project;
    this.wanted = about.wanted;
    this.tally = about.tally;
    this.messages = about.messages;
    this.runMs = about.runMs;
  }

  static async open(
    title: string,
    server: FaultServer,
    project: FaultProject = faultProject(),
    prepare = '',
  ): Promise<Stage> {
    await server.createDatabase('wanted', prepare);
    const proxy = await FaultProxy.start(server.port);
    const run = await startLockstep(project, server.url('wanted', proxy.port)).ended;
    proxy.close();
    if (run.report?.result !== 'applied') throw new Error(`the run without faults: ${told(run)}`);
    const wanted = await readState(server, 'wanted');
    if (wanted.leftovers.length > 0) throw new Error(`the run without faults left ${wanted.leftovers}`);
    const tally = new Tally(`${title}, Postgres ${server.major}`);
    return new Stage({ server, project, wanted, tally, messages: proxy.messages, runMs: run.ms });
  }

  async close(): Promise<void> {
    this.tally.print();
    this.project.repo.dispose();
    await this.server.stop();
  }

  /** Something happens at one message. */
  async injectAt(at: number, moment: Moment, fault: FaultKind): Promise<void> {
    const sql = this.messages[at - 1]?.replace(/\s+/g, ' ').slice(0, 120);
    await this.#inject(`${fault} ${moment} message ${at} (seed ${seed}): ${sql}`, fault, (strike) => ({
      injection: { at, moment, strike },
    }));
  }

  /** Something happens so many milliseconds after the first message. */
  async injectAfter(ms: number, fault: FaultKind): Promise<void> {
    await this.#inject(`${fault} after ${ms} ms (seed ${seed})`, fault, () => ({ afterMs: ms }));
  }

  /** A database of its own, which goes away afterwards. */
  async inDatabase(work: (database: string) => Promise<void>, prepare = ''): Promise<void> {
    this.#made += 1;
    const database = `case_${this.#made}`;
    await this.server.createDatabase(database, prepare);
    try {
      await work(database);
    } finally {
      await this.server.dropDatabase(database);
    }
  }

  /** Runs on, and counts what became of it. */
  async judge(kind: string, what: string, database: string, first: Attempt): Promise<void> {
    await this.#counted(kind, what, () => recover(this, database, first));
  }

  /** A fault whose case cannot be brought to its end has not been survived. */
  async #counted(kind: string, what: string, work: () => Promise<Outcome>): Promise<void> {
    const outcome = await work().catch((error: unknown) => {
      const problem = `the case itself failed: ${error instanceof Error ? error.message : error}`;
      return { runs: 0, resolved: [], problems: [problem] };
    });
    this.tally.count(kind, what, outcome);
  }

  async #inject(
    what: string,
    fault: FaultKind,
    how: (strike: Injection['strike']) => { injection?: Injection; afterMs?: number },
  ): Promise<void> {
    const { server, project } = this;
    await this.inDatabase(async (database) => {
      let child: ChildProcess | undefined;
      let struck = false;
      const strike = async (link: Link, through: FaultProxy): Promise<void> => {
        if (child === undefined) return;
        struck = true;
        await STRIKES[fault]({ server, admin: () => server.connect(), child }, link, through);
      };
      const { injection, afterMs } = how(strike);
      const proxy = await FaultProxy.start(server.port, injection);
      try {
        const run = startLockstep(project, server.url(database, proxy.port));
        child = run.child;
        const timer = afterMs === undefined ? undefined : this.#later(proxy, afterMs, strike);
        const first = await run.ended;
        clearInterval(timer);
        // It may end while the fault of its last message is on the way.
        if (injection !== undefined) await eventually(() => struck, 10_000);
        // At a moment by the clock the run may be over.
        if (struck) {
          await this.#counted(fault, what, async () => {
            // The run may have been over when the server crashed.
            if (fault === 'crash') await server.settled();
            return recover(this, database, first);
          });
        } else if (injection !== undefined) throw new Error(`the fault was not injected: ${what}\n${told(first)}`);
      } finally {
        proxy.close();
      }
    });
  }

  #later(proxy: FaultProxy, afterMs: number, strike: Injection['strike']): NodeJS.Timeout {
    let firstAt: number | undefined;
    const timer = setInterval(() => {
      if (proxy.messages.length > 0) firstAt ??= performance.now();
      const link = proxy.deploying;
      if (firstAt === undefined || link === undefined || performance.now() - firstAt < afterMs) return;
      clearInterval(timer);
      strike(link, proxy).catch(() => {});
    }, 3);
    return timer;
  }
}

interface StageParts extends Pick<Stage, 'server' | 'project' | 'wanted' | 'tally' | 'messages' | 'runMs'> {}
