import { parse, TomlError } from 'smol-toml';
import { LockstepError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Finding } from '../report/model.ts';
import type { Policy } from '../settings/types.ts';
import { canonicalNames, rules, settingOf, squawkRuleNames } from './catalogue.ts';
import { finding } from './finding.ts';

/** The project's own `.squawk.toml`, laid together with `lint` of lockstep.yml. */
export interface SquawkConfig {
  readonly excludedPaths: readonly string[];
  readonly excludedRules: ReadonlySet<string>;
  readonly includedRules: ReadonlySet<string>;
  /** Names that Squawk does not know. */
  readonly findings: readonly Finding[];
}

/** Reads the file; throws LockstepError when it is no TOML or of another shape. undefined: there is no file. */
export function readSquawkConfig(text: string | undefined, path: string): SquawkConfig {
  const table = text === undefined ? {} : parsed(text, path);
  const lists = (key: string): string[] => stringList(table[key], key, path);
  const ruleLists = { excluded_rules: lists('excluded_rules'), included_rules: lists('included_rules') };
  const named = [...ruleLists.excluded_rules, ...ruleLists.included_rules];
  return {
    excludedPaths: lists('excluded_paths'),
    excludedRules: known(ruleLists.excluded_rules),
    includedRules: known(ruleLists.included_rules),
    findings: [...new Set(named)]
      .filter((name) => known([name]).size === 0)
      .map((name) => unknownRule(name, path, text)),
  };
}

function parsed(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n', 1)[0] ?? '';
    throw new LockstepError(
      'squawk-config-invalid',
      `${path}:${error.line}:${error.column}: ${reason}\n${error.codeblock.trimEnd()}`,
      {
        hint: `Mend ${path}; it is read as it stands on the base branch.`,
        cause: error,
      },
    );
  }
}

function stringList(value: unknown, key: string, path: string): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw new LockstepError('squawk-config-invalid', `${path}: ${key} must be a list of strings.`, {
    hint: `Write it as a list, for example:\n  ${key} = ["${key === 'excluded_paths' ? 'migrations/001_init.sql' : 'prefer-text-field'}"]`,
  });
}

function known(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap(canonicalNames).filter((name) => squawkRuleNames.has(name)));
}

// The project may run a newer Squawk than ours: a name that we do not know must not stop everything else.
function unknownRule(name: string, path: string, text = ''): Finding {
  const line = text.split('\n').findIndex((content) => content.includes(name)) + 1;
  return finding('unknown-rule', {
    path,
    line: Math.max(1, line),
    message: `Squawk has no rule '${name}'${didYouMean(name, [...squawkRuleNames])}`,
    severity: 'info',
  });
}

/** Which of Squawk's rules run: those that are enabled, and those that `lint.overrides` asks for somewhere. */
export function wantedSquawkRules(config: SquawkConfig, policy: Policy): ReadonlySet<string> {
  const asked = policy.lint.overrides.flatMap(({ rules: names, severity }) => (severity === 'off' ? [] : names));
  return new Set([...enabledSquawkRules(config, policy), ...asked.filter((name) => squawkRuleNames.has(name))]);
}

/** Which of Squawk's rules hold everywhere. lockstep.yml has the last word, then .squawk.toml, then the catalogue. */
export function enabledSquawkRules(config: SquawkConfig, policy: Policy): ReadonlySet<string> {
  const settings = policy.lint.rules;
  const enabled = rules.filter((rule) => {
    if (!squawkRuleNames.has(rule.name)) return false;
    if (settings[rule.name] !== undefined) return settings[rule.name] !== 'off';
    if (config.excludedRules.has(rule.name)) return false;
    return config.includedRules.has(rule.name) || settingOf(rule, settings) !== 'off';
  });
  return new Set(enabled.map(({ name }) => name));
}

/** The configuration file for a call of ours: exactly the enabled rules, and nothing of where and how. */
export function squawkToml(enabled: ReadonlySet<string>): string {
  const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
  const disabled = [...squawkRuleNames].filter((name) => !enabled.has(name));
  return `excluded_rules = [${listed(disabled)}]\nincluded_rules = [${listed([...enabled])}]\n`;
}
