import { deploymentLines } from '../deployment/lines.ts';
import type { Report } from '../model.ts';
import type { Phrase } from '../phrases.ts';
import { gateLines, openGateLines } from './gates.ts';
import { historyLines } from './history.ts';
import { nextLines } from './next.ts';
import { blockerLines, cameToIt, failureLines, invalidIndexLines, pendingLines, tableLines } from './plan.ts';
import { digestLines, lockLines, logLines, targetLines } from './surroundings.ts';

/**
 * What a report says of a target, told once for every surface: sections of lines, made of words and of names that are set
 * as code. The terminal, Markdown and HTML only differ in how they write them.
 */
export interface TargetPart {
  /** Short and lower-case: HTML links to it. */
  readonly id: string;
  readonly title: string;
  /** What is left out where there is no room: 'the history'. */
  readonly what: string;
  readonly place: Place;
  readonly lines: readonly TargetLine[];
}

/** top: right below the headline. why: before everything else, since nothing ran. facts: what there is to know. end: small. */
export type Place = 'top' | 'why' | 'facts' | 'end';

export interface TargetLine {
  /** What the line is about, a name; a list of such lines is read by these. */
  readonly head?: string;
  readonly phrases: readonly Phrase[];
  readonly mood?: 'bad' | 'warn';
  /** Pages of the repository that belong to it: { label: 'pull request 42', path: 'pull/42' }. */
  readonly pages?: readonly { readonly label: string; readonly path: string }[];
  /** Below it, a line each. */
  readonly details?: readonly (readonly Phrase[])[];
  /** What to do now: sentences and examples, as in the hint of an error. */
  readonly help?: string | undefined;
  /** Stands on a line of its own, to be copied. */
  readonly copy?: string;
}

interface Options {
  /** Nothing is left out for brevity. */
  readonly full?: boolean;
}

/** In the order in which they are read; empty for a report that is about no target. */
export function targetParts(report: Report, { full = false }: Options = {}): TargetPart[] {
  const part = (id: string, title: string, place: Place, what: string, lines: readonly TargetLine[]): TargetPart => {
    return { id: `target-${id}`, title, place, what, lines };
  };
  const log = part('log', 'Log', 'end', 'the log', logLines(report, full));
  // It was not reached.
  if (report.target === undefined && !tellsDeployment(report)) return report.log === undefined ? [] : [log];
  return [
    part('where', 'Target', 'top', 'the target', targetLines(report, full)),
    part('gates', 'Why not', 'why', 'why nothing was done', [...gateLines(report), ...errorLines(report, full)]),
    part('deployment', 'Deployment', 'why', 'the deployment', toldDeployment(report)),
    part('next', 'What now', 'facts', 'what now', nextLines(report)),
    part(
      'pending',
      report.command === 'apply' && cameToIt(report) ? 'Plan' : 'Pending',
      'facts',
      'what is pending',
      pendingLines(report, full),
    ),
    part('fails', 'If one fails', 'facts', 'what a failure leaves', failureLines(report)),
    part('remarks', 'Remarks', 'facts', 'remarks', openGateLines(report)),
    part('tables', 'Tables', 'facts', 'the touched tables', tableLines(report)),
    part('blockers', 'In the way now', 'facts', 'who is in the way', blockerLines(report)),
    part('lock', 'Lock', report.result === 'busy' ? 'why' : 'facts', 'the lock', lockLines(report)),
    part('indexes', 'Invalid indexes', 'facts', 'invalid indexes', invalidIndexLines(report)),
    part('history', 'History', 'facts', 'the history', historyLines(report, full)),
    part('digest', 'Digest of the plan', 'end', 'the digest', digestLines(report, full)),
    log,
  ].filter(({ lines }) => lines.length > 0);
}

/** Whether it is about a deployment as a whole. Of a stage its own report tells more. */
function tellsDeployment({ deployCode }: Report): boolean {
  return deployCode !== undefined;
}

function toldDeployment(report: Report): TargetLine[] {
  return tellsDeployment(report) && report.deployment !== undefined ? deploymentLines(report.deployment) : [];
}

/** Why a run ended: cancelled, a check afterwards, a commit that nobody knows, no answer. */
function errorLines({ error }: Report, full: boolean): TargetLine[] {
  if (error === undefined) return [];
  const lines = error.message.trim().split('\n');
  // What wants a look at the docs is found there by its name.
  const name: Phrase[] = full || error.hint !== undefined ? [' (', { name: error.code }, ')'] : [];
  return lines.map((line, index) => ({
    phrases: index === lines.length - 1 ? [line, ...name] : [line],
    mood: 'bad',
    ...(index === lines.length - 1 && error.hint !== undefined ? { help: error.hint } : {}),
  }));
}
