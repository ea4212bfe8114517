import { noTransactionMarker, readDirectives, saysNoTransaction } from '../directives.ts';
import { type Source, wholeScript } from '../source.ts';
import type { Directives, Execution, Migration, Script } from '../types.ts';
import { wayBackIn } from './rollback-block.ts';

/** What the tools share whose files are up scripts and nothing else: Drizzle, Prisma, Supabase. */

interface UpFile {
  readonly tool: string;
  readonly source: Source;
  /** The whole file, unless the tool reads it otherwise. */
  readonly up?: Script;
  /** A file that holds the way back; without one it may stand in the file's comments. */
  readonly twin?: Source | undefined;
  /** How the tool itself runs a file. */
  readonly execution: Execution;
  readonly upOnly: boolean;
}

type Read = Pick<Migration, 'path' | 'up' | 'down' | 'checksum' | 'execution' | 'downExecution' | 'directives'>;

export function readUpFile({ tool, source, up, twin, execution: usual, upOnly }: UpFile): Read {
  const inComments = twin || upOnly ? {} : wayBackIn(source);
  const down = twin ? wholeScript(twin) : inComments.down;
  const executionOf = ({ comments }: Source): Execution => (saysNoTransaction(comments) ? 'autocommit' : usual);
  const execution = executionOf(source);
  const downExecution = twin ? executionOf(twin) : execution;
  const directives = directivesOf(tool, source, twin);
  const irreversible = directives.irreversible ?? (down ? undefined : inComments.irreversible);
  return {
    path: source.path,
    up: up ?? wholeScript(source),
    down,
    checksum: source.checksum,
    execution,
    ...(down && downExecution !== execution ? { downExecution } : {}),
    directives: { ...directives, ...(irreversible ? { irreversible } : {}) },
  };
}

/** The tool has no mode without a transaction; ours says that Lockstep runs the file in its place. */
function directivesOf(tool: string, source: Source, twin: Source | undefined): Directives {
  const directives = readDirectives(source, twin);
  const marker = noTransactionMarker(source.comments, 'up');
  if (!marker || saysNoTransaction(source.comments)) return directives;
  const message = `${tool} knows no such marker: write \`-- lockstep: no-transaction\` if Lockstep alone runs the file`;
  return { ...directives, noTransaction: false, problems: [...directives.problems, { line: marker.line, message }] };
}
