import { Deployment } from '../deploy/deployment.ts';
import type { LockAnswer } from '../deploy/lock/lock.ts';
import type { Watch } from '../deploy/run/watch.ts';
import type { Report } from '../report/model.ts';
import type { SessionReport } from '../report/target-model.ts';
import { duration } from '../report/words.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import { runIdentity } from './run-identity.ts';
import type { TargetInputs } from './target-inputs.ts';
import { lockOf, reportOf, type TargetFrame } from './target-report.ts';
import type { OpenTarget } from './target-session.ts';

/** A run that writes to a target, and how it waits for the lock. */

export function deploymentFor(
  settings: Settings,
  io: Io,
  inputs: TargetInputs,
  opened: OpenTarget,
  watch: Watch,
  notices: string[],
): Deployment {
  const { policy } = inputs;
  return new Deployment({
    target: opened.target,
    ledger: opened.ledger,
    history: opened.history,
    key: opened.key,
    toolLock: opened.toolLock,
    policy: policy.deploy,
    timeouts: { lock: policy.lockTimeout, statement: policy.statementTimeout },
    identity: runIdentity(settings, inputs),
    watch,
    teller: {
      step: (text) => io.progress.step(text),
      done: (text, ms) => io.progress.done(text, ms),
      notice: (text) => {
        notices.push(text);
        io.progress.done(text);
      },
    },
    signal: io.signal,
  });
}

/** Says who holds the lock while we wait for it. */
export function tellWait(io: Io): (holder: SessionReport | undefined, waitedMs: number, tool?: string) => void {
  return (holder, waitedMs, tool) => {
    io.progress.step(waitText(holder, waitedMs, tool));
    // Needed at the end: loaded while there is nothing else to do, so that who waits behind us waits less.
    void import('../report/terminal/report.ts');
  };
}

export function busyReport(frame: TargetFrame, lock: LockAnswer): Report {
  const { inputs, opened } = frame;
  const skipped = inputs.policy.deploy.onBusy === 'skip';
  return reportOf(frame, {
    result: 'busy',
    lock: { ...lockOf(opened.key, lock), ...(skipped ? { skipped } : {}) },
  });
}

function waitText(holder: SessionReport | undefined, waitedMs: number, tool: string | undefined): string {
  const who = holder === undefined ? 'another run' : `${holder.application || 'a session'} (pid ${holder.pid})`;
  const client = holder?.client === undefined ? '' : ` from ${holder.client}`;
  const since = holder?.ageMs === undefined ? '' : `, connected for ${duration(holder.ageMs)}`;
  const lock = tool === undefined ? 'the lock' : `the lock of ${tool}`;
  return `waiting for ${lock}, which ${who}${client} holds${since}; waited ${duration(waitedMs)}`;
}
