import { LockstepError } from '../errors.ts';
import { plainLine } from '../report/plain.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import type { TargetInputs } from './target-inputs.ts';

/** Whether somebody has to be asked before anything is written: by hand yes, in GitHub Actions and with `--yes` no. */
export function asksFirst({ actions, target }: Settings): boolean {
  return actions === undefined && !target.yes;
}

/**
 * Names the target, reminds of the backup and asks. Throws `confirmation-needed` where nobody sits at a terminal, and
 * `not-confirmed` for every answer that is not yes.
 */
export async function confirm(
  io: Io,
  { environment, uncommitted }: TargetInputs,
  address: string,
  what: string,
): Promise<void> {
  if (io.ask === undefined) {
    throw new LockstepError('confirmation-needed', `Nobody can be asked before ${what} on ${environment.name}.`, {
      hint: 'Run it in a terminal, or with --yes in a script.',
    });
  }
  const backup = environment.kind === 'development' ? '' : 'Have a backup that you could go back to. ';
  const loose = uncommitted.length === 0 ? '' : `Not committed: ${plainLine(uncommitted.join(', '))}\n`;
  const about = `\nThis is ${environment.name}: ${plainLine(address)}\n${loose}${backup}`;
  if (environment.kind === 'production') {
    const answer = await io.ask(`${about}Type the name of the environment (${environment.name}) to go on: `);
    if (answer.trim() === environment.name) return;
  } else {
    const answer = await io.ask(`${about}Go on? [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  }
  throw new LockstepError('not-confirmed', 'Not confirmed: nothing was written.');
}
