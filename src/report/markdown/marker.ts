import type { Result } from '../model.ts';

/** What a comment remembers about the run that wrote it; hidden at its beginning. */
export interface Marker {
  readonly v: 1;
  /** What the comment is about, where a pull request has several: a database, a folder. */
  readonly scope: string;
  /** GitHub's number of the run: a later run has a greater one. */
  readonly run: number;
  readonly attempt: number;
  /** The commit that was looked at. */
  readonly head: string;
  readonly result: Result;
  /** Open findings that block, and with those that warn: what somebody has to look at. */
  readonly blocking: number;
  readonly findings: number;
}

const BEGIN = '<!-- lockstep ';
const END = ' -->';

/** Foreign bodies are read too: what is longer is none of ours. */
const MOST_CHARACTERS = 16_384;

export function writeMarker({ v, scope, run, attempt, head, result, blocking, findings }: Marker): string {
  return hidden(BEGIN, { v, scope, run, attempt, head, result, blocking, findings });
}

/** A value in a comment of HTML that begins so. Nothing in it can end that: all but the plainest characters are escaped. */
export function hidden(begin: string, value: unknown): string {
  return `${begin}${JSON.stringify(value).replace(/[^\w ":,{}\\/.[\]]/g, escaped)}${END}`;
}

/** The text of such a value at the beginning of a body. */
export function hiddenIn(begin: string, body: string): string | undefined {
  if (!body.startsWith(begin)) return undefined;
  const end = body.slice(0, MOST_CHARACTERS).indexOf(END);
  return end < 0 ? undefined : body.slice(begin.length, end);
}

/** By UTF-16 unit, as JSON has it: a half pair survives as well. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** undefined: the body does not begin with a marker of ours. Unknown keys are left for later versions. Never throws. */
export function readMarker(body: string): Marker | undefined {
  const { v, scope, run, attempt, head, result, blocking, findings } = parsed(hiddenIn(BEGIN, body) ?? '');
  if (v !== 1 || typeof scope !== 'string' || typeof head !== 'string' || !isResult(result)) return undefined;
  if (!isCount(run) || !isCount(attempt) || !isCount(blocking) || !isCount(findings)) return undefined;
  return { v, scope, run, attempt, head, result, blocking, findings };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const RESULTS: Readonly<Record<Result, true>> = {
  passed: true,
  blocked: true,
  noop: true,
  planned: true,
  applied: true,
  superseded: true,
  partial: true,
  failed: true,
  busy: true,
  refused: true,
  error: true,
};

function isResult(value: unknown): value is Result {
  return typeof value === 'string' && Object.hasOwn(RESULTS, value);
}
