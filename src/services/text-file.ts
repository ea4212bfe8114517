import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { makeDirectory } from './make-directory.ts';

/** Writes a text, its directory too. Straight into place: the path may be a pipe or a device. Throws `report-not-written`. */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await makeDirectory(dirname(path));
    await writeFile(path, text);
  } catch (cause) {
    throw new LockstepError('report-not-written', `the report could not be written: ${messageOf(cause)}`, { cause });
  }
}
