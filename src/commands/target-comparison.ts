import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import { decode } from '../project/decode.ts';
import { replacePlaceholders } from '../project/placeholders.ts';
import type { Migration, Script } from '../project/types.ts';
import type { Io } from './io.ts';
import { type Comparison, compareWithTarget } from './schema-comparison.ts';
import type { TargetFrame } from './target-report.ts';

/** Compares the target's schema with what these migrations make on an ephemeral server. */
export async function compareTarget(
  { settings, inputs, opened, notices }: TargetFrame,
  io: Io,
  session: Session,
  migrations: readonly Migration[],
): Promise<Comparison> {
  const { policy, project, layout, files, at, configPath } = inputs;
  const { placeholders, setup, schemaFile } = policy.rehearsal;
  const script = async (path: string): Promise<Script> => {
    const file = await files.readOne(at, path);
    if (file === undefined) throw missingFile(path, configPath);
    return { path, text: replacePlaceholders(decode(file.bytes).text, placeholders) };
  };
  const { source, ledger } = opened;
  const comparison = await compareWithTarget({
    settings,
    io,
    policy,
    layout,
    project: { ...project, migrations: [...migrations] },
    setup: await Promise.all(setup.map(script)),
    schema: schemaFile === undefined ? undefined : await script(schemaFile),
    session,
    targetMajor: opened.target.major,
    ignoreSchemas: [ledger.schema],
    ignoreRelations: source === undefined ? [] : [`${source.schema}.${source.relation}`],
    notice: (text) => void notices.push(text),
  });
  notices.push(...comparison.notices);
  return comparison;
}

function missingFile(path: string, config: string): LockstepError {
  return new LockstepError('rehearsal-file-missing', `${path}, named under \`rehearsal\` in ${config}, is not there`, {
    hint: "Paths there are relative to the repository's root, and the files must be committed.",
  });
}
