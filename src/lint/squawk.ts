import { LockstepError, messageOf } from '../errors.ts';
import { runProcess } from '../services/process.ts';
import { squawkVersion } from './find-squawk.ts';
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

interface SquawkCall {
  readonly binary: string;
  /** Text of the configuration file to use instead of any other. */
  readonly config: string;
  readonly postgresMajor: number;
  readonly signal?: AbortSignal | undefined;
}

/** 20 MB of SQL take seconds; only a program that hangs takes this long. */
const TIMEOUT_MS = 120_000;

/**
 * The violations of each file, in the order of the files; undefined for one that Squawk itself breaks down over. Throws
 * LockstepError when it fails whatever it is given.
 */
export async function runSquawk(
  files: readonly SquawkFile[],
  call: SquawkCall,
): Promise<readonly (readonly Violation[] | undefined)[]> {
  if (files.length === 0) return [];
  const found: (Violation[] | undefined)[] = files.map(() => []);
  const copies = new Map(files.map((file, index) => [nameOf(index), file.text]));
  await withFiles(copies.set(CONFIG, call.config), async (directory) => {
    const ask = async (inTransaction: boolean): Promise<void> => {
      const names = files.flatMap((file, index) => (file.inTransaction === inTransaction ? [nameOf(index)] : []));
      const { violations, broken } = await askAbout(names, (some) => callSquawk(directory, some, inTransaction, call));
      for (const { file, ...violation } of violations) found[indexOf(file)]?.push(violation);
      for (const name of broken) found[indexOf(name)] = undefined;
    };
    await Promise.all([ask(true), ask(false)]);
  });
  return found;
}

interface Answer {
  readonly violations: readonly (Violation & { readonly file: string })[];
  readonly broken: readonly string[];
}

type Call = (names: readonly string[]) => Promise<Answer['violations'] | undefined>;

/** One file that Squawk breaks down over must not silence the others: it is found by halving. */
async function askAbout(names: readonly string[], call: Call): Promise<Answer> {
  const violations = names.length === 0 ? [] : await call(names);
  if (violations !== undefined) return { violations, broken: [] };
  if (names.length === 1) return { violations: [], broken: names };
  const middle = Math.ceil(names.length / 2);
  const [first, second] = [await askAbout(names.slice(0, middle), call), await askAbout(names.slice(middle), call)];
  return {
    violations: [...first.violations, ...second.violations],
    broken: [...first.broken, ...second.broken],
  };
}

const CONFIG = 'squawk.toml';

function indexOf(name: string): number {
  return Number.parseInt(name, 10) - 1;
}

/** Squawk takes its arguments for glob patterns: these names hold nothing that it could mistake. */
function nameOf(index: number): string {
  return `${String(index + 1).padStart(4, '0')}.sql`;
}

/** undefined: it broke down (a stack that overflows on nested SQL), which is about a file and not about Squawk. */
async function callSquawk(
  directory: string,
  names: readonly string[],
  inTransaction: boolean,
  { binary, postgresMajor, signal }: SquawkCall,
): Promise<Answer['violations'] | undefined> {
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
  if (result.signal !== null && !result.timedOut) return undefined;
  const reason = result.timedOut
    ? `gave no answer within ${TIMEOUT_MS / 1000} s`
    : `ended with status ${result.exitCode}`;
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
    hint: `This is no finding about your migrations. Try it by hand; if it happens again, please report it with the file:\n  npx squawk-cli@${squawkVersion()} FILE`,
    cause,
  });
}
