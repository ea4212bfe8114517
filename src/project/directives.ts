import type { Comment } from './comments.ts';
import type { Directives, Phase } from './types.ts';

/** A script's comments and the file they stand in. */
interface CommentedFile {
  readonly path: string;
  readonly comments: readonly Comment[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Found = Mutable<Directives> & { problems: Directives['problems'][number][] };

const PHASES: readonly Phase[] = ['expand', 'backfill', 'switch', 'contract'];
const RISKS = ['low', 'medium', 'high'] as const;
const KNOWN =
  'no-transaction, phase=expand|backfill|switch|contract, why=..., risk=low|medium|high reason=..., irreversible reason=..., out-of-order reason=...';

const OUR_NO_TRANSACTION = /^\s*lockstep:\s*(?:phase=\w+[\s,]+)?no-transaction(?:[\s,]|$)/i;

/** How we and other tools (Atlas, goose and sql-migrate, graphile-migrate) mark what must run outside a transaction. */
const NO_TRANSACTION: readonly RegExp[] = [
  OUR_NO_TRANSACTION,
  /^\s*atlas:txmode\s+none\s*$/i,
  /^\s*\+(?:goose|migrate)\s+(?:\S+\s+)?no\s?transaction\s*$/i,
  /^!\s*no-transaction\s*$/i,
];

/** dbmate marks each half on its own, the others the whole file. */
const MARKERS = {
  up: [/^\s*migrate:up\b.*\btransaction:false\b/, ...NO_TRANSACTION],
  down: [/^\s*migrate:down\b.*\btransaction:false\b/, ...NO_TRANSACTION],
} as const;

/**
 * What the comments of a migration say to Lockstep. `down` is a down script in a file of its own: only
 * `irreversible` belongs there, and `no-transaction`, which `noTransactionMarker` finds.
 */
export function readDirectives(up: CommentedFile, down?: CommentedFile): Directives {
  const found: Found = { noTransaction: noTransactionMarker(up.comments, 'up') !== undefined, problems: [] };
  for (const { line, body } of directives(up.comments)) understand(body, line, undefined, found);
  if (down) {
    for (const { line, body } of directives(down.comments)) {
      if (/^no-transaction$/i.test(body)) continue;
      if (/^irreversible\b/i.test(body)) understand(body, line, down.path, found);
      else found.problems.push({ line, path: down.path, message: `\`${body}\` belongs into the up script` });
    }
  }
  return found;
}

/** The comment that says, in our words or another tool's, that a half runs outside a transaction. */
export function noTransactionMarker(comments: readonly Comment[], half: 'up' | 'down'): Comment | undefined {
  return comments.find(({ text }) => MARKERS[half].some((marker) => marker.test(text)));
}

/**
 * Whether a file asks Lockstep itself to run it statement by statement. Under a tool that has no such mode this says that
 * Lockstep alone runs it; what other tools call their mode means nothing there.
 */
export function saysNoTransaction(comments: readonly Comment[]): boolean {
  return comments.some(({ text }) => OUR_NO_TRANSACTION.test(text));
}

/** The comments that speak to Lockstep, without the marker. `lockstep-ignore` is the lint's. */
function* directives(comments: readonly Comment[]): Generator<{ readonly line: number; readonly body: string }> {
  for (const { text, line } of comments) {
    const [, colon, body = ''] = /^\s*lockstep(?!-)(\s*:)?\s*(.*?)\s*$/is.exec(text) ?? [];
    // Without the colon it may be a sentence about Lockstep; one that begins like a directive is a slip.
    if (colon !== undefined || /^(?:no-transaction|irreversible|out-of-order|phase|why|risk)\b/i.test(body)) {
      yield { line, body: colon === undefined ? `: ${body}` : body };
    }
  }
}

function understand(body: string, line: number, path: string | undefined, found: Found): void {
  const problem = (message: string): void => {
    found.problems.push({ line, message, ...(path === undefined ? {} : { path }) });
  };
  if (body.startsWith(':') || body === '') {
    problem(body === '' ? `an empty directive; known are: ${KNOWN}` : `write \`-- lockstep${body}\`, with a colon`);
    return;
  }

  for (let rest = body; rest !== ''; ) {
    const [whole = '', word = '', value] = /^([^\s=,]+)(?:=([^\s,]*))?[\s,]*/.exec(rest) ?? [rest, rest];
    const tail = rest.slice(word.length + 1).trim();
    rest = rest.slice(whole.length);
    switch (word.toLowerCase()) {
      case 'no-transaction':
        break; // `noTransactionMarker` has found it.
      case 'phase': {
        const phase = PHASES.find((known) => known === value?.toLowerCase());
        if (!phase) problem(`\`phase=${value ?? ''}\` is not a phase; write phase=${PHASES.join('|')}`);
        else if (found.phase && found.phase !== phase) problem(`phase=${phase} contradicts phase=${found.phase} above`);
        else found.phase = phase;
        break;
      }
      case 'why':
        if (value === undefined || unquoted(tail) === '')
          problem('`why=` needs a text: why=<the reason for this change>');
        else found.why = unquoted(tail);
        return;
      case 'risk': {
        const level = RISKS.find((known) => known === value?.toLowerCase());
        const reason = reasonIn(rest);
        if (!level) problem(`\`risk=${value ?? ''}\` is not a level; write risk=${RISKS.join('|')} reason=...`);
        else if (reason === undefined) problem(`\`risk=${level}\` needs a reason: risk=${level} reason=<why>`);
        else found.risk = { level, reason };
        return;
      }
      case 'irreversible': {
        const reason = reasonIn(rest);
        if (reason === undefined) problem('`irreversible` needs a reason: irreversible reason=<why>');
        else found.irreversible = { reason, line, ...(path === undefined ? {} : { path }) };
        return;
      }
      case 'out-of-order': {
        const reason = reasonIn(rest);
        if (reason === undefined) problem('`out-of-order` needs a reason: out-of-order reason=<why>');
        else found.outOfOrder = { reason };
        return;
      }
      default:
        problem(`\`${word}\` is no directive of Lockstep; known are: ${KNOWN}`);
        return;
    }
  }
}

/** `reason=` takes the rest of the comment. */
function reasonIn(rest: string): string | undefined {
  const reason = unquoted(/^reason=(.*)$/is.exec(rest)?.[1] ?? '');
  return reason === '' ? undefined : reason;
}

function unquoted(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  return /^(["']).*\1$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}
