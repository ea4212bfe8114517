import { label } from '../judgement/describe.ts';
import { isComparedKind } from '../judgement/platform.ts';
import { projectSchemas } from '../judgement/project-schema.ts';
import { differenceLines, schemaDiff } from '../judgement/schema-diff.ts';
import { type CatalogDifference, compare, isSame } from '../postgres/catalog/compare.ts';
import type { Session } from '../postgres/session.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { loadParser } from '../project/sql.ts';
import type { Project, Script } from '../project/types.ts';
import type { BaseInput } from '../rehearsal/base.ts';
import type { Report, SchemaDiff } from '../report/model.ts';
import type { Policy, Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import { readingOf } from './reading.ts';
import { comparisonNotices } from './schema-comparison-notices.ts';
import { replayHistory } from './schema-comparison-rehearsal.ts';
import { readTarget } from './schema-comparison-target.ts';

export interface ComparisonRequest {
  readonly settings: Settings;
  readonly io: Io;
  readonly policy: Policy;
  readonly layout: Layout;
  /** The tool's own history table, where it makes one. */
  readonly bookkeeping: Bookkeeping | undefined;
  /** What makes the schema in the migrations' place, where only their own tool can run them. */
  readonly program?: BaseInput['program'];
  /** The project with only those migrations that count as applied, in order. */
  readonly project: Project;
  /** Contents of `rehearsal.setup` and of `rehearsal.schema_file`. */
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
  /** On the target; only read from. It may belong to an ordinary role. */
  readonly session: Session;
  readonly targetMajor: number;
  /** Schemas of ours: the ledger's. */
  readonly ignoreSchemas: readonly string[];
  /** Relations that are the tool's own: its history table. */
  readonly ignoreRelations: readonly string[];
  /** Hears what the reader should know about the run itself. */
  readonly notice: (text: string) => void;
}

export interface Comparison {
  readonly same: boolean;
  /** From what the migrations make to what the target has. */
  readonly schemaDiff: SchemaDiff;
  /** The same as one-liners: '-' is missing on the target, '+' is there beyond the migrations, '~' differs. */
  readonly lines: readonly string[];
  readonly rehearsal: NonNullable<Report['rehearsal']>;
  /** What was not compared, and why. */
  readonly notices: readonly string[];
}

/**
 * Compares the target's schema with what its applied migrations make on an ephemeral server of the target's major.
 * Throws LockstepErrors: base-history-failed, schema-unreadable, rehearsal-timeout and those of a server that cannot be
 * had.
 */
export async function compareWithTarget(request: ComparisonRequest): Promise<Comparison> {
  await loadParser();
  // First: a role that may not read the target need not wait for a server.
  request.io.progress.step("reading the target's schema");
  const { session, targetMajor } = request;
  const target = await readingOf(session, () => readTarget(session, targetMajor, isComparedKind));
  const replayed = await replayHistory(request);
  const { made, found, notCompared } = projectSchemas({
    ...replayed.catalogs,
    found: target.catalog,
    unread: new Set(target.unread.flatMap(({ kinds }) => kinds)),
    ignoreSchemas: request.ignoreSchemas,
    ignoreRelations: request.ignoreRelations,
    rehearsalRole: replayed.role,
  });
  const difference = compare(made, found);
  return {
    same: isSame(difference),
    schemaDiff: schemaDiff(difference),
    lines: linesOf(difference),
    rehearsal: replayed.rehearsal,
    notices: comparisonNotices({
      notCompared,
      unread: target.unread,
      reordered: difference.reordered,
      schemaFile: request.schema?.path,
    }),
  };
}

/** Never a difference without a line. */
function linesOf(difference: CatalogDifference): readonly string[] {
  const lines = differenceLines(difference);
  if (lines.length > 0 || isSame(difference)) return lines;
  const { added, dropped, changed } = difference;
  return [
    ...dropped.map((object) => `- ${label(object)}`),
    ...added.map((object) => `+ ${label(object)}`),
    ...changed.map(({ after, facts }) => `~ ${label(after)}: ${facts.map(({ fact }) => fact).join(', ')}`),
  ];
}
