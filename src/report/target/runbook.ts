import { shellWord } from '../../settle.ts';
import type { MigrationReport, Report } from '../model.ts';

/** Commands to paste after an apply that stopped, in the form of a hint: to try again, to look, and to go forward otherwise. */
export function runbook(report: Report, { path, status }: MigrationReport): string {
  const [again, look] = [retry(report), `lockstep status ${place(report)}`];
  const width = Math.max(again.length, look.length);
  return [
    'In a shell:',
    `  ${again.padEnd(width)}  # again`,
    `  ${look.padEnd(width)}  # what is there`,
    ...mend(report, path, status === 'partial'),
  ].join('\n');
}

/** Which it was, as the command line wants to know it. */
function place({ database, target }: Report): string {
  const words = [
    ...(database === undefined ? [] : ['--database', database]),
    ...(target?.environment === undefined ? [] : ['--environment', target.environment]),
    ...['--database-url-env', 'DATABASE_URL'],
  ];
  return words.map(shellWord).join(' ');
}

function retry(report: Report): string {
  const { deployment, target } = report;
  const page = deployment?.stages.find(({ environment }) => environment === target?.environment)?.url;
  const [, run] = /\/actions\/runs\/(\d+)/.exec(page ?? '') ?? [];
  return deployment === undefined || run === undefined
    ? `lockstep apply ${place(report)}`
    : `gh run rerun ${run} --failed --repo ${shellWord(deployment.repository)}`;
}

/** In the new commit: staging has it already, more often than not. */
function mend(report: Report, path: string, partial: boolean): string[] {
  if (report.error?.code === 'cancelled') return [];
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
