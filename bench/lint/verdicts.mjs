// What the two tools say about one migration of the set, as people use them: Lockstep's check of a branch, Squawk on the
// branch's new files.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeProject, startCheck } from '../lockstep.mjs';
import { squawk } from '../squawk.mjs';
import { BASE } from './set.mjs';

/** Rules of Squawk that are about style or timeouts, and fire whatever a migration does to those who use the database. */
const HYGIENE = /^(prefer-(?!repack)|require-(lock|statement)-timeout$|ban-char-field$|identifier-too-long$)/;

/**
 * A repository of its own for each, so that none has to do with another. `lockstep` is 'block', 'warn' or 'clean'; of
 * Squawk, whose findings have one weight, `squawk` says whether it has any.
 */
export async function verdictsOf(migration, { directory, binaries, flags }) {
  const project = makeProject(join(directory, migration.name), { base: [BASE], added: migration.files });
  const { report } = await startCheck(project, { binaries, flags });
  const open = report.findings.filter(({ severity, suppressed }) => severity !== 'info' && suppressed === undefined);
  const rulesOf = (weight) => [...new Set(open.flatMap(({ severity, rule }) => (severity === weight ? [rule] : [])))];
  const [block, warn] = [rulesOf('block'), rulesOf('warn')];
  const squawkRules = askSquawk(project);
  return {
    lockstep: block.length > 0 ? 'block' : warn.length > 0 ? 'warn' : 'clean',
    block,
    warn,
    squawk: squawkRules.length > 0 ? 'block' : 'clean',
    squawkOnHazards: squawkRules.every((rule) => HYGIENE.test(rule)) ? 'clean' : 'block',
    squawkRules,
  };
}

function askSquawk({ directory, added }) {
  const { stdout, stderr } = spawnSync(squawk, ['--reporter', 'json', ...added], { cwd: directory, encoding: 'utf8' });
  if (!stdout.startsWith('[')) throw new Error(`squawk gave no answer: ${stderr.trim()}`);
  return [...new Set(JSON.parse(stdout).map(({ rule_name: rule }) => rule))];
}
