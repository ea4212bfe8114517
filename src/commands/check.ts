import { LockstepError } from '../errors.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';

/** Lints and rehearses what a branch does to the migrations. */
export async function check(_settings: Settings, _io: Io): Promise<Report> {
  throw new LockstepError('not-built', 'the command is not built yet');
}
