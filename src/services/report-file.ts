import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import type { Report } from '../report/model.ts';
import { makeDirectory } from './make-directory.ts';

/** Writes the report as JSON, its directory too. Straight into place: the path may be a pipe or a device. */
export async function writeReport(path: string, report: Report): Promise<void> {
  try {
    await makeDirectory(dirname(path));
    await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new LockstepError('report-not-written', `the report could not be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
