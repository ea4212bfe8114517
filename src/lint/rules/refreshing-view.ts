import type { Finding } from '../../report/model.ts';
import { existing, hazard } from '../hazard.ts';
import type { HazardScript } from '../types.ts';

/** REFRESH MATERIALIZED VIEW while nobody may read it, or so that nobody can read it afterwards. */
export function refreshingView(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    if (kind !== 'RefreshMatViewStmt') return [];
    const view = existing(script, command, tree.relation);
    if (view === undefined) return [];
    if (tree.skipData === true) {
      const message = `${view} is emptied, and every query of it fails until the next REFRESH (SQLSTATE 55000).`;
      const help = 'Take WITH NO DATA out, or refresh the view in the same migration.';
      return [hazard('refreshing-view', script, command, { message, help, relations: [view] })];
    }
    if (tree.concurrent === true) return [];
    const message = `Reads of ${view} wait until its query has run and all of its rows are written.`;
    return [hazard('refreshing-view', script, command, { message, relations: [view] })];
  });
}
