import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { LockstepError, messageOf } from '../errors.ts';
import { eventUnreadable } from '../project/git-errors.ts';
import { MOST_BYTES, readForeign } from '../report/foreign.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';

/**
 * The report of a check whose own run may not write a comment, for the one that may. Nothing of the pull request is checked
 * out or run. Throws `not-a-workflow-run`, `event-unreadable`, `comment-not-written`, `check-report-unreadable`.
 */
export async function comment({ actions, githubToken, telling }: Settings): Promise<Report> {
  if (actions?.event.kind === 'unreadable') throw eventUnreadable(actions.event.name);
  if (actions?.event.kind !== 'workflow_run') {
    throw new LockstepError(
      'not-a-workflow-run',
      'The command `comment` tells of another workflow’s run that has ended.',
      {
        hint: 'It belongs into a workflow `on: workflow_run`, which says by itself which run that was: copy workflows-templates/lockstep-comment.yml.',
      },
    );
  }
  if (githubToken === undefined) {
    throw new LockstepError('comment-not-written', 'There is no token to write the comment with.', {
      hint: 'Leave the input github_token out, and give the job:\n  permissions:\n    actions: read\n    pull-requests: write',
    });
  }
  const found = readForeign(await bytesOf(telling.checkReport ?? ''));
  if ('problem' in found) throw unreadable(found.problem);
  return found.report;
}

/** No more than is allowed, and of nothing but a file: an artifact may bring links and pipes. */
async function bytesOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw new Error('it is not a file');
      const bytes = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
        length += bytesRead;
        if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(messageOf(error));
  }
}

function unreadable(why: string): LockstepError {
  return new LockstepError('check-report-unreadable', `The check’s report cannot be told: ${why}.`, {
    hint: 'Look at the run of the check: its artifact holds the report that it has written. Both runs need the same version of Lockstep, and the branch of the pull request has its own copy of the workflow: bring it up to date.',
  });
}
