import { LockstepError, messageOf } from './errors.ts';
import type { Report } from './report/model.ts';
import { plain } from './report/plain.ts';
import { docsAddress, REPOSITORY } from './repository.ts';
import { redact } from './services/redact.ts';
import { version } from './version.ts';

/** A run that came to no verdict. */
interface Failure {
  readonly command: string;
  readonly startedAt: Date;
  readonly error: unknown;
}

type Write = (text: string) => void;

/** Says why there is no verdict. */
export function tellFailure(error: unknown, stderr: Write): void {
  if (error instanceof LockstepError) tellError(stderr, error);
  else tellBug(stderr, error);
}

/** Something that is not the user's mistake, with all that a report of it needs. */
export function tellBug(stderr: Write, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr(
    `error: this is a bug in Lockstep ${version}, please report it with the lines below\n` +
      `https://github.com/${REPOSITORY}/issues\n\n${readable(stack)}\nNode ${process.version}, ${process.platform} ${process.arch}\n`,
  );
}

function tellError(stderr: Write, { code, message, hint }: LockstepError): void {
  const advice = hint === undefined ? '' : `\n${readable(hint)}\n`;
  // The user knows: it was they who ended it.
  if (code === 'cancelled') stderr(`${readable(message)}\n${advice}`);
  else stderr(`error: ${readable(message)}\n${advice}\n${code}: ${docsAddress('troubleshooting.md')}\n`);
}

/** Messages quote file names, SQL and what drivers say. */
function readable(text: string): string {
  return plain(redact(text));
}

/** The report of a run without a verdict, so that nobody takes an older one for this run's. */
export function failureReport({ command, startedAt, error }: Failure): Report {
  const { code, hint } = error instanceof LockstepError ? error : { code: 'bug', hint: undefined };
  return {
    schemaVersion: 1,
    tool: { name: 'lockstep', version },
    command,
    result: 'error',
    startedAt: startedAt.toISOString(),
    // Clocks are set back now and then.
    durationMs: Math.max(0, Date.now() - startedAt.getTime()),
    error: { code, message: redact(messageOf(error)), ...(hint === undefined ? {} : { hint: redact(hint) }) },
    migrations: [],
    findings: [],
    coverage: { files: 0, statements: 0, notAnalysed: [] },
  };
}
