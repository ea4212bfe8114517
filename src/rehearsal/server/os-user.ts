import { readFile } from 'node:fs/promises';
import { LockstepError } from '../../errors.ts';
import { ownUid } from '../../services/leftovers.ts';

/** Whose rights and which environment a server gets. Postgres refuses to run as root: as root we start it as `nobody`. */

/** Whose rights a server gets. Empty: ours. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Throws LockstepError when we are root and there is no `nobody`: Postgres looks its user up in /etc/passwd. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] =
    passwd
      .split('\n')
      .map((line) => line.split(':'))
      .find(([name]) => name === 'nobody') ?? [];
  if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  throw new LockstepError('rehearsal-as-root', 'Postgres does not run as root, and /etc/passwd has no user `nobody`', {
    hint: 'Run Lockstep as an ordinary user, add `nobody` to the image, or give it a server by rehearsal_url.',
  });
}

/** The uids whose files in a shared temporary folder are ours. */
export function ownUids(user: ServerUser): readonly number[] {
  return user.uid === undefined ? ownUid() : [...ownUid(), user.uid];
}

/** What Postgres' programs see of our environment: nothing. SQL under test could read it (COPY ... FROM PROGRAM). */
export function serverEnvironment(binDirectory: string): Record<string, string> {
  return { PATH: `${binDirectory}:/usr/local/bin:/usr/bin:/bin`, LC_ALL: 'C', TZ: 'UTC' };
}
