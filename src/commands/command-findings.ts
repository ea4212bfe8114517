import { observed } from '../judgement/finding.ts';
import type { Migration } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import { type CommandEnd, commandText, lastLines, tellingLine } from '../services/project-command.ts';
import type { Command } from '../settings/types.ts';
import type { ProjectTool } from './project-tool.ts';

/** What there is to say of a tool's command in a check: how it ended, and what of it nobody has seen. */

export function commandFails(command: Command, end: CommandEnd, migration: Migration | undefined): Finding {
  return withTail(
    observed('command-fails', {
      path: migration?.path ?? '.',
      message: `\`${commandText(command)}\` ${howItEnded(end)}.`,
    }),
    end,
  );
}

export function rollbackFails(command: Command, end: CommandEnd, { path }: Migration): Finding {
  return withTail(
    observed('rollback-command-fails', { path, message: `\`${commandText(command)}\` ${howItEnded(end)}.` }),
    end,
  );
}

export function leftPending({ apply }: ProjectTool, { id, path }: Migration): Finding {
  const message = `\`${commandText(apply)}\` ended well and has not applied ${id}.`;
  return observed('command-leaves-pending', { path, message });
}

/** It would be judged by nothing: that it is applied is no reason to pass it. */
export function unseen({ apply }: ProjectTool, { id, path }: Migration): Finding {
  const message = `\`${commandText(apply)}\` has applied ${id}, and none of its SQL was seen.`;
  return { ...observed('capture-incomplete', { path, message }), severity: 'block' };
}

/** Whatever stands behind so much would pass unseen. */
export function unseenRest(command: Command, migration: Migration | undefined): Finding {
  const message = `\`${commandText(command)}\` has sent so much that the end of it was not read: what stands there was not seen.`;
  return { ...observed('capture-incomplete', { path: migration?.path ?? '.', message }), severity: 'block' };
}

export function howItEnded({ exitCode, timedOut, tail }: CommandEnd): string {
  const said = tellingLine(tail);
  const how = timedOut
    ? 'did not end in time'
    : exitCode === null
      ? 'was ended by a signal'
      : `ended with exit status ${exitCode}`;
  return said === '' ? how : `${how}: ${said.replace(/[.:]$/, '')}`;
}

function withTail(finding: Finding, { tail }: CommandEnd): Finding {
  return tail.trim() === '' ? finding : { ...finding, excerpt: lastLines(tail, 12).join('\n') };
}
