import { LockstepError, messageOf } from '../errors.ts';
import { runProcess } from '../services/process.ts';
import { withFiles } from './squawk-copies.ts';

/** Calls Squawk on copies of the scripts, which hold only what it is to look at. */

export interface SquawkFile {
  readonly text: string;
  /** The tool wraps it in a transaction: Squawk judges some statements by that. */
  readonly inTransaction: boolean;
}

/** As Squawk reports it: lines and columns count from 0, columns in bytes of UTF-8. */
export interface Violation {
  readonly line: number;
  readonly column: number;
  readonly line_end: number;
  readonly column_end: number;
  readonly message: string;
  readonly help: string | null;
  readonly rule_name: string;
}

export interface SquawkCall {
  readonly binary: string;
  /** Text of the configuration file to use instead of any other. */
  readonly config: string;
  readonly postgresMajor: number;
  readonly signal?: AbortSignal | undefined;
}

/** 20 MB of SQL take seconds; only a program that hangs takes this long. */
const TIMEOUT_MS = 120_000;

/** The violations of each file, in the order of the files. Throws LockstepError when Squawk itself fails. */
export async function runSquawk(files: readonly SquawkFile[], call: SquawkCall): Promise<Violation[][]> {
  const found: Violation[][] = files.map(() => []);
  if (files.length === 0) return found;
  const copies = new Map(files.map((file, index) => [nameOf(index), file.text]));
  await withFiles(copies.set(CONFIG, call.config), async (directory) => {
    for (const inTransaction of [true, false]) {
      const names = files.flatMap((file, index) => (file.inTransaction === inTransaction ? [nameOf(index)] : []));
      for (const { file, ...violation } of await callSquawk(directory, names, inTransaction, call)) {
        found[Number.parseInt(file, 10) - 1]?.push(violation);
      }
    }
  });
  return found;
}

const CONFIG = 'squawk.toml';

/** Squawk takes its arguments for glob patterns: these names hold nothing that it could mistake. */
function nameOf(index: number): string {
  return `${String(index + 1).padStart(4, '0')}.sql`;
}

async function callSquawk(
  directory: string,
  names: readonly string[],
  inTransaction: boolean,
  { binary, postgresMajor, signal }: SquawkCall,
): Promise<(Violation & { readonly file: string })[]> {
  if (names.length === 0) return [];
  const args = ['--reporter', 'json', '--config', CONFIG, '--pg-version', String(postgresMajor)];
  if (inTransaction) args.push('--assume-in-transaction');
  const options = { cwd: directory, env: {}, timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) };
  const result = await runProcess(binary, [...args, '--', ...names], options).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw failure(`cannot be started: ${messageOf(error)}`, error);
  });
  const answer = parsedJson(result.stdout);
  // Its exit status is 1 for findings and for errors of its own alike: only JSON on stdout tells them apart.
  if (Array.isArray(answer)) return answer.filter(isViolation);
  const reason = result.timedOut
    ? `gave no answer within ${TIMEOUT_MS / 1000} s`
    : `ended with ${result.signal ?? `status ${result.exitCode}`}`;
  throw failure(`${reason}. ${result.stderr.trim()}`.trim());
}

function parsedJson(stdout: Buffer): unknown {
  try {
    return JSON.parse(stdout.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isViolation(value: unknown): value is Violation & { readonly file: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { file, line, column, rule_name: rule, message } = value as Record<string, unknown>;
  return (
    [file, rule, message].every((one) => typeof one === 'string') &&
    typeof line === 'number' &&
    typeof column === 'number'
  );
}

function failure(what: string, cause?: unknown): LockstepError {
  return new LockstepError('squawk-failed', `Squawk ${what}`, {
    hint: 'This is no finding about your migrations. Try it by hand (npx squawk-cli@2.66.0 FILE); if it happens again, please report it with the file.',
    cause,
  });
}
