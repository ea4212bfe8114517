import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import { decode } from '../project/decode.ts';
import { readAt } from '../project/read.ts';
import type { Migration } from '../project/types.ts';
import { type BaseInput, REHEARSED_NAMES } from '../rehearsal/base.ts';
import { baseProgram } from './check-base-program.ts';
import type { Io } from './io.ts';
import { rehearsalFiles } from './rehearsal-files.ts';
import { type Comparison, compareWithTarget } from './schema-comparison.ts';
import type { TargetInputs } from './target-inputs.ts';
import { toolRelations } from './target-plan.ts';
import type { TargetFrame } from './target-report.ts';

/** Compares the target's schema with what these migrations make on an ephemeral server. */
export async function compareTarget(
  { settings, inputs, opened, notices }: TargetFrame,
  io: Io,
  session: Session,
  migrations: readonly Migration[],
): Promise<Comparison> {
  const { policy, project, layout, files, at, configPath } = inputs;
  const textOf = async (path: string): Promise<string | undefined> => {
    const file = await files.readOne(at, path);
    return file === undefined ? undefined : decode(file.bytes).text;
  };
  const { source, ledger } = opened;
  const comparison = await compareWithTarget({
    settings,
    io,
    policy,
    layout,
    project: { ...project, migrations: await asRehearsed(inputs, migrations) },
    ...(await rehearsalFiles(policy.rehearsal, { textOf, configPath, mustBe: 'committed' })),
    session,
    targetMajor: opened.target.major,
    ignoreSchemas: [ledger.schema],
    bookkeeping: source?.create === undefined ? undefined : source,
    ignoreRelations: toolRelations(source),
    program: programOf({ settings, inputs, opened }, io, migrations),
    notice: (text) => void notices.push(text),
  });
  notices.push(...comparison.notices);
  return comparison;
}

/** A tool that names the database in the SQL names the rehearsal's there. */
async function asRehearsed(inputs: TargetInputs, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  if (inputs.layout.ownPlaceholders === undefined) return migrations;
  const { placeholders } = inputs.policy.rehearsal;
  const project = await readAt(inputs, { placeholders, upOnly: true, database: () => REHEARSED_NAMES });
  const paths = new Set(migrations.map(({ path }) => path));
  return project.migrations.filter(({ path }) => paths.has(path));
}

/** undefined: Lockstep runs the SQL itself. Throws `command-partial`: a tool's command applies all that it finds. */
function programOf(
  { settings, inputs, opened }: Pick<TargetFrame, 'settings' | 'inputs' | 'opened'>,
  io: Io,
  migrations: readonly Migration[],
): BaseInput['program'] {
  const { tool, git, at, commit, policy, project } = inputs;
  if (tool === undefined) return undefined;
  if (migrations.length > 0 && migrations.length < project.migrations.length) {
    throw new LockstepError(
      'command-partial',
      `${tool.tool.title} applies all of its migrations, so that the schema of ${migrations.length} of ${project.migrations.length} cannot be made to compare with.`,
      {
        hint: `Check out a commit that ends with ${migrations.at(-1)?.id}. A baseline is recorded without a comparison under \`accept_differences\` (on the command line --accept-differences).`,
      },
    );
  }
  return baseProgram({
    settings,
    io,
    git,
    tool,
    at: at === 'worktree' ? at : commit,
    empty: migrations.length === 0,
    bookkeeping: opened.source,
    timeoutMs: policy.rehearsal.timeoutMs,
    signal: io.signal,
  });
}
