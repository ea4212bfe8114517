import { freshScripts } from '../../src/lint/fresh.ts';
import { guard } from '../../src/lint/guard.ts';
import type { HazardRule } from '../../src/lint/hazard.ts';
import { examinedScripts, untouchedScripts } from '../../src/lint/scripts.ts';
import type { HazardScript } from '../../src/lint/types.ts';
import type { Execution } from '../../src/project/types.ts';
import type { Finding } from '../../src/report/model.ts';
import { added, changeSet, migration } from './change-set.ts';
import { ruleContext } from './guarded.ts';

interface Surroundings {
  /** Migrations that stand at the base. */
  readonly base?: readonly string[];
  /** New migrations of the same change set, before the one that is asked about. */
  readonly earlier?: readonly string[];
  readonly execution?: Execution;
  readonly postgresMajor?: number;
}

/** A new up script as the rules about running systems see it. `loadParser` must have resolved. */
function hazardScript(sql: string, surroundings: Surroundings = {}): HazardScript {
  const { base = [], earlier = [], execution = 'transaction', postgresMajor = 17 } = surroundings;
  const path = (index: number): string => `migrations/${String(index + 1).padStart(3, '0')}_m.sql`;
  const old = base.map((text, index) => migration(path(index), text));
  const fresh = [...earlier, sql].map((text, index) =>
    added(path(base.length + index), text, text === sql ? { execution } : {}),
  );
  const set = changeSet(fresh, { base: old });
  const examined = examinedScripts(set);
  const untouched = untouchedScripts(set, examined);
  const read = guard(examined, ruleContext(), untouched).flatMap((one) => one.read ?? []);
  const script = freshScripts(read, { changeSet: set, untouched, postgresMajor }).at(-1);
  if (script === undefined) throw new Error('no script was read');
  return script;
}

export function hazards(rule: HazardRule, sql: string, surroundings: Surroundings = {}): Finding[] {
  return rule(hazardScript(sql, surroundings));
}

/** 'line severity rule' of each finding. */
export function brief(findings: readonly Finding[]): string[] {
  return findings.map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);
}
