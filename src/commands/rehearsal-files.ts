import { LockstepError } from '../errors.ts';
import { replacePlaceholders } from '../project/placeholders.ts';
import type { Script } from '../project/types.ts';
import type { Policy } from '../settings/types.ts';

interface RehearsalFiles {
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
}

interface Source {
  /** Reads a file by its path; undefined: it is not there. */
  readonly textOf: (path: string) => Promise<string | undefined>;
  /** For the reader of the error. */
  readonly configPath: string;
  readonly mustBe: string;
}

/** The scripts that make the base schema, as `rehearsal` in lockstep.yml names them. Throws `rehearsal-file-missing`. */
export async function rehearsalFiles(policy: Policy['rehearsal'], source: Source): Promise<RehearsalFiles> {
  const { setup, schemaFile } = policy;
  return {
    setup: await scriptsOf(setup, policy, source),
    schema: schemaFile === undefined ? undefined : (await scriptsOf([schemaFile], policy, source))[0],
  };
}

/** The scripts of `rehearsal.seed`; none where no rows are wanted. Throws `rehearsal-file-missing`. */
export async function seedFiles(policy: Policy['rehearsal'], source: Source): Promise<readonly Script[]> {
  return policy.seed.mode === 'off' ? [] : scriptsOf(policy.seed.files, policy, source);
}

function scriptsOf(
  paths: readonly string[],
  { placeholders }: Policy['rehearsal'],
  { textOf, configPath, mustBe }: Source,
): Promise<readonly Script[]> {
  const script = async (path: string): Promise<Script> => {
    const text = await textOf(path);
    if (text === undefined) {
      throw new LockstepError(
        'rehearsal-file-missing',
        `${path}, named under \`rehearsal\` in ${configPath}, is not there`,
        { hint: `Paths there are relative to the repository's root, and the files must be ${mustBe}.` },
      );
    }
    return { path, text: withoutMetaCommands(replacePlaceholders(text, placeholders)) };
  };
  return Promise.all(paths.map(script));
}

/** pg_dump writes \restrict and \unrestrict lines for psql, which no server understands. */
function withoutMetaCommands(text: string): string {
  return text.replace(/^\\(?:un)?restrict\b[^\n]*/gm, (line) => ' '.repeat(line.length));
}
