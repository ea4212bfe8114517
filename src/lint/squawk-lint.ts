import picomatch from 'picomatch';
import type { Finding, NotAnalysed } from '../report/model.ts';
import { notNullProofs } from './not-null-proofs.ts';
import { runSquawk } from './squawk.ts';
import { enabledSquawkRules, type SquawkConfig, squawkToml } from './squawk-config.ts';
import { gaveUp, locate, squawkCopy } from './squawk-findings.ts';
import { refine } from './squawk-refine.ts';
import type { LintInput, ReadScript } from './types.ts';

/** Squawk on new up scripts, with what it says in vain taken out. */
export async function squawkLint(
  scripts: readonly ReadScript[],
  config: SquawkConfig,
  { policy, postgresMajor, squawkBinary, signal, changeSet }: LintInput,
): Promise<{ readonly findings: readonly Finding[]; readonly notAnalysed: readonly NotAnalysed[] }> {
  const enabled = enabledSquawkRules(config, policy);
  // Squawk's own globs: a '*' crosses '/', and they are matched against the path as it was given.
  const isExcluded = picomatch([...config.excludedPaths], { bash: true, dot: true });
  const judged = scripts.filter(({ script }) => !isExcluded(script.path));
  const violations = await runSquawk(judged.map(squawkCopy), {
    binary: squawkBinary,
    config: squawkToml(enabled),
    postgresMajor,
    signal,
  });
  const findings: Finding[] = [];
  const notAnalysed: NotAnalysed[] = scripts
    .filter((script) => !judged.includes(script))
    .map(({ script: { path } }) => ({ path, reason: 'excluded from Squawk by excluded_paths' }));
  for (const [index, script] of judged.entries()) {
    const located = locate(script, violations[index] ?? []);
    if (located === undefined) {
      findings.push(gaveUp(script.script.path, violations[index] ?? []));
      notAnalysed.push({ path: script.script.path, reason: 'Squawk cannot parse it' });
    } else findings.push(...refine(script, located, notNullProofs(scriptsBefore(script, changeSet))));
  }
  return { findings, notAnalysed };
}

function scriptsBefore({ migration }: ReadScript, { head }: LintInput['changeSet']) {
  const at = head.migrations.findIndex(({ id }) => id === migration.id);
  return head.migrations.slice(0, Math.max(0, at)).map(({ up }) => up);
}
