import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LockstepError } from '../errors.ts';
import { docsAddress } from '../repository.ts';
import { readActions } from './actions.ts';
import { parseArgv } from './argv.ts';
import { environmentOfChildren } from './child-environment.ts';
import { defaultCacheDirectory, defaultLogDirectory, defaultToolDirectory } from './directories.ts';
import type { Environment } from './environment.ts';
import { secretsOfEnvironment } from './environment-secrets.ts';
import { readInputs } from './inputs.ts';
import { flagOf, type Option, type OptionValues, options, optionsOf } from './options.ts';
import type { CommandName, Secret, Settings } from './types.ts';
import { convertValues } from './values.ts';

/** What settings are read from: the process, or a test's stand-in. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: Environment;
  cwd(): string;
  /** undefined: nobody can be asked. */
  readonly stdin?: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { readonly isTTY?: boolean; readonly columns?: number };
}

export type Invocation =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'command'; readonly settings: Settings }
  | {
      readonly kind: 'invalid';
      readonly error: LockstepError;
      readonly command: string | undefined;
      /** As far as they could be understood: enough to tell of the error wherever the verdict would have been told. */
      readonly settings: Settings;
    };

/** A command as it came through one of the two doors, and how that door names an option. */
interface Given {
  readonly command: CommandName | undefined;
  readonly raw: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  readonly hint: string;
  readonly nameOf: (option: Option) => string;
  /** Where the report goes unless told otherwise. */
  readonly defaultReport: string | undefined;
  /** Environment variables that hold a secret. */
  readonly secretVariables: readonly string[];
}

/** Reads the command line or, inside Actions and without arguments, the action's inputs. Never throws. */
export function readInvocation(from: Surroundings): Invocation {
  const argv = from.argv.slice(2);
  const inActions = from.env.GITHUB_ACTIONS === 'true';
  if (argv.length === 0 && inActions) return toInvocation(throughInputs(from.env), from);
  const parsed = parseArgv(argv);
  if (parsed.kind === 'version') return { kind: 'version' };
  const given = throughArgv(parsed, from.env);
  if (parsed.kind === 'command') return toInvocation(given, from);
  return parsed.command === undefined && parsed.problems.length > 0
    ? toInvocation(given, from)
    : { kind: 'help', command: parsed.command };
}

function throughInputs(env: Surroundings['env']): Given {
  const hint = `All inputs are listed in ${docsAddress('inputs.md')}`;
  const nameOf = (option: Option): string => `input ${option.name}`;
  // Later steps may want it, as an artifact say: they find it by the output report_path. Each step has its own.
  const temporary = env.RUNNER_TEMP;
  const defaultReport = temporary ? join(temporary, 'lockstep', `report-${process.pid}.json`) : undefined;
  return { ...readInputs(env), hint, nameOf, defaultReport, secretVariables: [] };
}

function throughArgv(parsed: ReturnType<typeof parseArgv>, env: Surroundings['env']): Given {
  const { command } = parsed;
  const raw = new Map(parsed.raw);
  const problems = [...parsed.problems];
  for (const [name, variable] of parsed.variables) {
    const value = env[variable];
    if (raw.has(name)) problems.push(`${flagOf(name)} and ${flagOf(name)}-env exclude each other`);
    else if (value) raw.set(name, value);
    else problems.push(`${flagOf(name)}-env: the environment variable ${variable} is not set`);
  }
  const hint = `All options are listed by \`lockstep help${command === undefined ? '' : ` ${command}`}\`.`;
  const nameOf = ({ name, positional, placeholder = name }: Option): string =>
    positional ? placeholder : flagOf(name);
  const secretVariables = [...parsed.variables.values()];
  return { command, raw, problems, hint, nameOf, defaultReport: undefined, secretVariables };
}

function toInvocation(given: Given, from: Surroundings): Invocation {
  const available = given.command === undefined ? options : optionsOf(given.command);
  const { values, problems: valueProblems } = convertValues(given.raw, available, given.nameOf);
  const problems = [...given.problems, ...valueProblems];
  const cwd = resolve(from.cwd(), values.cwd ?? '.');
  // Who only tells has no checkout: there it says where the check or the deploy ran.
  const tells = given.command === 'comment' || given.command === 'notify';
  if (!tells && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) problems.push(`there is no directory ${cwd}`);
  if (values.no_cache && values.cache_directory !== undefined)
    problems.push('a cache directory and no cache are both asked for');
  if (values.rehearsal_url !== undefined && !/^postgres(ql)?:\/\//.test(values.rehearsal_url)) {
    problems.push('the rehearsal URL does not begin with postgres://');
  }
  if (values.database_url !== undefined && !/^postgres(ql)?:\/\//.test(values.database_url)) {
    problems.push('the database URL does not begin with postgres://');
  }
  problems.push(...planProblems(values, given.raw), ...missing(available, given, values));
  const settings = toSettings(given, values, cwd, from);
  return given.command === undefined || problems.length > 0
    ? { kind: 'invalid', error: badUsage(problems, given.hint), command: given.command, settings }
    : { kind: 'command', settings };
}

/** An approval is bound to a file and its digest: one without the other binds nothing. */
function planProblems({ plan, plan_digest }: OptionValues, raw: Given['raw']): string[] {
  return (plan === undefined) === (plan_digest === undefined) || (raw.has('plan') && raw.has('plan_digest'))
    ? []
    : ['a plan and its digest go together: one is given without the other'];
}

function missing(available: readonly Option[], given: Given, values: OptionValues): string[] {
  const known = values as Readonly<Record<string, unknown>>;
  // Of a command that is not known nothing is known to be missing.
  if (given.command === undefined) return [];
  return available
    .filter(({ name, required }) => required === true && known[name] === undefined && !given.raw.has(name))
    .map((option) => `${given.nameOf(option)} is missing`);
}

function toSettings(given: Given, values: OptionValues, cwd: string, from: Surroundings): Settings {
  const { env } = from;
  const actions = readActions(env);
  const inActions = actions !== undefined;
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(cwd, path);
  const cache = absolute(values.cache_directory) ?? (inActions ? undefined : defaultCacheDirectory(env));
  return {
    command: given.command ?? 'check',
    cwd,
    actions,
    configPath: values.config,
    base: values.base,
    head: values.head,
    policyFrom: values.policy ?? 'base',
    database: values.database,
    reportPath: absolute(values.report) ?? given.defaultReport,
    sarifPath: absolute(values.sarif),
    htmlPath: absolute(values.html),
    summaryPath: absolute(values.summary),
    comment: values.comment ?? 'changes',
    githubToken: values.github_token,
    quiet: values.quiet ?? false,
    color: !values.no_color && wantsColor(from, inActions),
    live: from.stderr.isTTY === true && !inActions && env.TERM !== 'dumb',
    // Progress goes to standard error, which may be a terminal while standard output is a pipe.
    width: from.stdout.columns || from.stderr.columns || (inActions ? 120 : 100),
    rehearsalUrl: values.rehearsal_url,
    cacheDirectory: values.no_cache ? undefined : cache,
    toolDirectory: absolute(values.tool_directory) ?? defaultToolDirectory(env),
    overrides: {
      tool: values.tool,
      migrationsDirectory: values.migrations_directory,
      postgresVersion: values.postgres_version,
      testCommand: values.test_command,
      applyCommand: values.apply_command,
      rollbackCommand: values.rollback_command,
      statusCommand: values.status_command,
      lockWait: values.lock_wait,
      onBusy: values.on_busy,
    },
    target: {
      databaseUrl: values.database_url,
      environment: values.environment,
      planOut: absolute(values.out),
      planFile: absolute(values.plan),
      planDigest: values.plan_digest,
      supersedes: values.supersedes,
      yes: values.yes ?? false,
      interactive: !inActions && from.stdin?.isTTY === true && from.stderr.isTTY === true,
      logDirectory: absolute(values.log_dir) ?? defaultLogDirectory(env),
      baselineTo: values.to,
      acceptDifferences: values.accept_differences ?? false,
      migration: values.id,
      resolveAs: values.as,
      actor: (inActions ? env.GITHUB_ACTOR : (env.USER ?? env.LOGNAME)) || undefined,
    },
    telling: {
      deployment: values.deployment,
      needs: values.needs,
      waitingFor: values.waiting_for,
      githubEnvironment: values.github_environment,
      checkReport: absolute(values.check_report),
      codeResult: values.code_result,
      slack: {
        token: values.slack_token,
        channel: values.slack_channel,
        webhook: values.slack_webhook,
        apiUrl: env.SLACK_API_URL || undefined,
      },
    },
    secrets: [
      ...secretsOf(values),
      ...secretsOfEnvironment({
        ...env,
        INPUT_REHEARSAL_URL: values.rehearsal_url,
        INPUT_DATABASE_URL: values.database_url,
      }),
    ],
    env: environmentOfChildren(env, given.secretVariables),
  };
}

/** https://no-color.org and its counterpart; else: a terminal gets colour, a pipe does not. */
function wantsColor({ env, stdout }: Surroundings, inActions: boolean): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stdout.isTTY === true && !inActions && env.TERM !== 'dumb';
}

function secretsOf(values: OptionValues): Secret[] {
  return options.flatMap((option: Option) => {
    const value = (values as Readonly<Record<string, unknown>>)[option.name];
    return option.secret === undefined || typeof value !== 'string'
      ? []
      : { value, masked: option.secret === 'masked' };
  });
}

function badUsage(problems: readonly string[], hint: string): LockstepError {
  const list = problems.map((problem) => `\n  - ${problem}`).join('');
  const message = problems.length === 1 ? problems.join() : `${problems.length} problems:${list}`;
  return new LockstepError('bad-usage', message, { hint });
}
