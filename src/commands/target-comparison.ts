import type { Session } from '../postgres/session.ts';
import { decode } from '../project/decode.ts';
import { readAt } from '../project/read.ts';
import type { Migration } from '../project/types.ts';
import { REHEARSED_NAMES } from '../rehearsal/base.ts';
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
