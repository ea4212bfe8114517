import { sourceOf } from '../source.ts';
import { flywayExecution } from './flyway-script.ts';
import { fileName } from './names.ts';
import { type NewFile, plainFile } from './new-file.ts';

/** Flyway infers of some statements that they refuse a transaction; of the others a file beside the script must say so. */
export function flywayFile(file: NewFile): string {
  const { path, alone } = file;
  const text = plainFile(file);
  const { problems } = flywayExecution(sourceOf({ path, bytes: Buffer.from(text) }, {}), '', {});
  return alone && problems.length > 0 ? `-- with executeInTransaction=false in ${fileName(path)}.conf\n${text}` : text;
}
