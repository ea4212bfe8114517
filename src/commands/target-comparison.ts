import type { Session } from '../postgres/session.ts';
import { decode } from '../project/decode.ts';
import type { Migration } from '../project/types.ts';
import type { Io } from './io.ts';
import { rehearsalFiles } from './rehearsal-files.ts';
import { type Comparison, compareWithTarget } from './schema-comparison.ts';
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
    project: { ...project, migrations: [...migrations] },
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
