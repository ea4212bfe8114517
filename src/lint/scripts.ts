import type { Change, ChangeSet, Script } from '../project/types.ts';
import type { ExaminedScript } from './types.ts';

/**
 * The scripts that lint looks at. New migrations wholly; of edited ones only what protects the databases that will be
 * shown them: old text is not judged by new rules.
 */
export function examinedScripts(changeSet: ChangeSet): ExaminedScript[] {
  return changeSet.changes.flatMap((change) => {
    if (change.kind === 'deleted') return [];
    const { migration } = change;
    const { up, down } = halves(change);
    const old = change.kind === 'added' ? undefined : change.before;
    const found: ExaminedScript[] = [];
    if (up) {
      found.push({
        migration,
        half: 'up',
        script: migration.up,
        full: old === undefined,
        ...(old && { before: old.up }),
      });
    }
    if (down && migration.down) {
      const before = old?.down;
      found.push({ migration, half: 'down', script: migration.down, full: false, ...(before && { before }) });
    }
    return found;
  });
}

function halves(change: Exclude<Change, { kind: 'deleted' }>): { up: boolean; down: boolean } {
  if (change.kind === 'added' || change.edit === 'meaning') return { up: true, down: true };
  return { up: false, down: change.edit === 'down' };
}

/** The up scripts at head that lint does not look at: what they made is there when the others run. */
export function untouchedScripts({ head }: ChangeSet, examined: readonly ExaminedScript[]): Script[] {
  const seen = new Set(examined.map(({ script }) => script));
  return head.migrations.flatMap(({ up }) => (seen.has(up) || up.unreadable ? [] : [up]));
}

/** The scripts at head whose comments may suppress findings: those of every migration that the change set touches. */
export function suppressibleScripts(changeSet: ChangeSet): Script[] {
  return changeSet.changes.flatMap((change) => {
    if (change.kind === 'deleted') return [];
    const { up, down } = change.migration;
    return down === undefined ? [up] : [up, down];
  });
}
