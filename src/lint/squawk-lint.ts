import picomatch from 'picomatch';
import type { Script } from '../project/types.ts';
import type { Finding, NotAnalysed } from '../report/model.ts';
import { notNullProofs } from './not-null-proofs.ts';
import { runSquawk, type Violation } from './squawk.ts';
import { type SquawkConfig, squawkToml, wantedSquawkRules } from './squawk-config.ts';
import { gaveUp, locate, squawkCopy } from './squawk-findings.ts';
import { refine } from './squawk-refine.ts';
import type { ExaminedScript, HazardScript, LintInput } from './types.ts';

/** What Squawk said of each script; undefined: it broke down. A script that is not in it was not shown to Squawk. */
type SquawkAnswers = ReadonlyMap<Script, readonly Violation[] | undefined>;

/** Shows scripts to Squawk. It is a program of its own: it works while the caller reads the scripts. */
export async function askSquawk(
  scripts: readonly ExaminedScript[],
  config: SquawkConfig,
  { policy, postgresMajor, squawkBinary, signal }: LintInput,
): Promise<SquawkAnswers> {
  // Squawk's own globs: a '*' crosses '/', and they are matched against the path as it was given.
  const isExcluded = picomatch([...config.excludedPaths], { bash: true, dot: true });
  const shown = scripts.filter(({ script }) => script.unreadable === undefined && !isExcluded(script.path));
  const answers = await runSquawk(shown.map(squawkCopy), {
    binary: squawkBinary,
    config: squawkToml(wantedSquawkRules(config, policy)),
    postgresMajor,
    signal,
  });
  return new Map(shown.map(({ script }, index) => [script, answers[index]]));
}

/** Squawk's answers as findings, with what it says in vain taken out. `scripts` parse. */
export function squawkFindings(
  scripts: readonly HazardScript[],
  answers: SquawkAnswers,
): { readonly findings: readonly Finding[]; readonly notAnalysed: readonly NotAnalysed[] } {
  const findings: Finding[] = [];
  const notAnalysed: NotAnalysed[] = [];
  for (const read of scripts) {
    const { path } = read.script;
    if (!answers.has(read.script)) {
      notAnalysed.push({ path, reason: 'excluded from Squawk by excluded_paths' });
      continue;
    }
    const violations = answers.get(read.script);
    const located = violations && locate(read, violations);
    if (located === undefined) {
      findings.push(gaveUp(path, violations));
      notAnalysed.push({ path, reason: 'Squawk cannot parse it' });
    } else
      findings.push(
        ...refine(
          read,
          located,
          notNullProofs(() => read.past.scripts),
        ),
      );
  }
  return { findings, notAnalysed };
}
