import { commandOn, shellWord } from '../../settle.ts';
import type { Report } from '../model.ts';

/** After an apply that stopped: commands to paste, and the way forward where a file is wrong. In the form of hints. */

export function whereOf({ database, target }: Report) {
  return { database, environment: target?.environment };
}

/** To try again, and to look. */
export function commands(report: Report): string[] {
  const [again, look] = [retry(report), commandOn(['lockstep', 'status'], whereOf(report))];
  const width = Math.max(again.length, look.length);
  return ['In a shell:', `  ${again.padEnd(width)}  # again`, `  ${look.padEnd(width)}  # what is there`];
}

/** In a pipeline the run itself: a command would go round its plan and approval. */
function retry(report: Report): string {
  const { deployment, target } = report;
  const page = deployment?.stages.find(({ environment }) => environment === target?.environment)?.url ?? '';
  const [, host = '', repository = '', run] =
    /^https?:\/\/([^/]+)\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)/.exec(page) ?? [];
  if (run === undefined) return commandOn(['lockstep', 'apply'], whereOf(report));
  const name = host === 'github.com' ? repository : `${host}/${repository}`;
  return `gh run rerun ${run} --failed --repo ${shellWord(name)}`;
}

/** In the new commit: staging has it already, more often than not. `partial`: some of its statements have run. */
export function mend(path: string, partial: boolean): string[] {
  const first = partial
    ? 'If the file itself is wrong, mend in a new commit what has not run yet, and deploy that.'
    : 'If the file itself is wrong, mend it in a new commit, and deploy that.';
  return [
    `${first} Where it is applied already that is an edit, which lockstep.yml has to allow:`,
    '  history:',
    '    accept:',
    `      - path: ${JSON.stringify(path)}`,
    '        reason: it failed, and was mended',
  ];
}
