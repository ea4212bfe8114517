import { LockstepError } from '../errors.ts';
import { replacePlaceholders } from '../project/placeholders.ts';
import type { Script } from '../project/types.ts';
import type { Policy } from '../settings/types.ts';

interface RehearsalFiles {
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
}

/**
 * The scripts that `rehearsal` in lockstep.yml names. `textOf` reads one by its path; `configPath` and `mustBe` are for the
 * reader of the error. Throws `rehearsal-file-missing`.
 */
export async function rehearsalFiles(
  { setup, schemaFile, placeholders }: Policy['rehearsal'],
  textOf: (path: string) => Promise<string | undefined>,
  { configPath, mustBe }: { readonly configPath: string; readonly mustBe: string },
): Promise<RehearsalFiles> {
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
  return {
    setup: await Promise.all(setup.map(script)),
    schema: schemaFile === undefined ? undefined : await script(schemaFile),
  };
}

/** pg_dump writes \restrict and \unrestrict lines for psql, which no server understands. */
function withoutMetaCommands(text: string): string {
  return text.replace(/^\\(?:un)?restrict\b[^\n]*/gm, (line) => ' '.repeat(line.length));
}
