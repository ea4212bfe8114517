import { LockstepError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { excerpt, type Place } from '../project/place.ts';
import { docsAddress } from '../repository.ts';
import { parseDuration, postgresDuration } from './duration.ts';
import { type FlywayConf, flywaySettings } from './flyway-conf.ts';
import { repositoryPath } from './repository-path.ts';
import { type FileSettings, settingsSchema } from './schema.ts';
import type { Config, DeployPolicy, Overrides, RehearsalPolicy } from './types.ts';
import { validateFile } from './validate.ts';
import { parseYaml } from './yaml-document.ts';

export interface ConfigSource {
  /** undefined: there is no such file, and everything has its default. */
  readonly text: string | undefined;
  /** How messages name the file. */
  readonly path: string;
  readonly overrides: Overrides;
  /** `--database`. */
  readonly database: string | undefined;
  /** The project's flyway.conf, where there is one: it counts where the tool is told to be Flyway. */
  readonly flywayConf?: FlywayConf | undefined;
  /** What `lint.rules` may name. */
  readonly ruleNames: readonly string[];
}

/**
 * Reads lockstep.yml, and what stands beside it. Throws a LockstepError: `bad-config` tells every problem of the file with its line,
 * `unknown-database` that the wanted one is not in it, `choose-database` that one must be chosen.
 */
export function parseConfig(source: ConfigSource): Config {
  const file = readFile(source);
  const { name, settings } = chooseDatabase(file, source);
  const told = settingsSchema.parse(settings, { jitless: true });
  const beside = fromFlyway(told, settings, source);
  const all = beside === undefined ? told : settingsSchema.parse(merge(beside, settings), { jitless: true });
  return toConfig(all, name, source.overrides);
}

type RawFile = Readonly<Record<string, unknown>> & { readonly databases?: readonly RawDatabase[] };
type RawDatabase = Readonly<Record<string, unknown>> & { readonly name: string };

const MAXIMUM_LENGTH = 1_000_000;

function readFile({ text = '', path, ruleNames }: ConfigSource): RawFile {
  if (text.length > MAXIMUM_LENGTH)
    throw new LockstepError('bad-config', `${path} is longer than a million characters`, {
      hint: 'Name the file that holds the settings of Lockstep by `config` (on the command line `--config`).',
    });
  const { document, problems } = parseYaml(text);
  const places: (Place & { message: string })[] = [...problems];
  if (document !== undefined) {
    for (const { path: keys, at, message } of validateFile(document.value, ruleNames)) {
      places.push({ ...(at === 'key' ? document.keyPlace(keys) : document.valuePlace(keys)), message });
    }
  }
  if (places.length > 0) throw badConfig(path, text, places);
  return document?.value as RawFile;
}

function badConfig(path: string, text: string, problems: readonly (Place & { message: string })[]): LockstepError {
  const told = [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => {
      const { line, column, message } = problem;
      return `${path}:${line}:${column}: ${message}\n${excerpt(text, problem).replace(/^/gm, '    ')}`;
    });
  const head = problems.length === 1 ? '' : `${path} has ${problems.length} problems\n`;
  return new LockstepError('bad-config', head + told.join('\n'), {
    hint: `All keys of lockstep.yml are listed in ${docsAddress('inputs.md')}`,
  });
}

/** The raw settings of one database: what stands in its entry, over what stands at the top for all. */
function chooseDatabase(
  { databases, ...top }: RawFile,
  { database: wanted, path }: ConfigSource,
): { name: string | undefined; settings: unknown } {
  if (databases === undefined) {
    if (wanted === undefined) return { name: undefined, settings: top };
    throw new LockstepError('unknown-database', `there is no database '${wanted}': ${path} has no list of databases`, {
      hint: 'Leave `database` (on the command line `--database`) out.',
    });
  }
  const names = databases.map(({ name }) => name);
  const hint = `Set \`database\` (on the command line \`--database\`) to one of: ${names.join(', ')}.`;
  const [first, second] = databases;
  const chosen = wanted === undefined ? first : databases.find(({ name }) => name === wanted);
  if (wanted === undefined && second !== undefined) {
    throw new LockstepError('choose-database', `${path} has ${names.length} databases; say which one this is about`, {
      hint,
    });
  }
  if (chosen === undefined) {
    const message = `there is no database '${wanted}' in ${path}${didYouMean(wanted ?? '', names)}`;
    throw new LockstepError('unknown-database', message, { hint });
  }
  const { name, ...own } = chosen;
  return { name, settings: merge(top, own) };
}

/** What flyway.conf says where neither lockstep.yml nor the command line does. */
function fromFlyway(told: FileSettings, raw: unknown, { flywayConf, overrides }: ConfigSource): unknown {
  if (flywayConf === undefined || (overrides.tool ?? told.tool) !== 'flyway') return undefined;
  const { table, id_column, id_format, applied_at_column, checksum_column } = told.history;
  return flywaySettings(flywayConf, {
    // With columns described it would be a table of the project's own runner.
    table: [table, id_column, id_format, applied_at_column, checksum_column].some((key) => key !== undefined),
    directory: (overrides.migrationsDirectory ?? told.migrations.directory) !== undefined,
    outOfOrder: isMap(raw) && 'out_of_order' in raw,
    placeholders: Object.keys(told.rehearsal.placeholders),
  });
}

/** Maps are merged key by key; anything else of `over` replaces what was there. */
function merge(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over))
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toConfig(file: FileSettings, database: string | undefined, overrides: Overrides): Config {
  const { accept } = file.history;
  return {
    location: {
      database,
      tool: overrides.tool ?? file.tool,
      directory: overrides.migrationsDirectory ?? optionalPath(file.migrations.directory),
    },
    policy: {
      postgresVersion: overrides.postgresVersion ?? file.postgres_version,
      testCommand: overrides.testCommand ?? file.test_command,
      testTimeoutMs: milliseconds(file.test_timeout),
      commands: {
        apply: overrides.applyCommand ?? file.apply_command,
        rollback: overrides.rollbackCommand ?? file.rollback_command,
        status: overrides.statusCommand ?? file.status_command,
      },
      lint: {
        rules: file.lint.rules,
        overrides: file.lint.overrides.map(({ rules, paths, tables, severity }) => ({
          rules,
          paths,
          tables,
          severity,
        })),
        exclude: file.lint.exclude,
        squawkConfig: normalPath(file.lint.squawk_config),
      },
      tables: file.tables,
      rehearsal: toRehearsal(file.rehearsal),
      lockTimeout: postgresDuration(milliseconds(file.lock_timeout)),
      statementTimeout: postgresDuration(milliseconds(file.statement_timeout)),
      historyAccept:
        accept === 'never' ? accept : accept.map(({ path, reason }) => ({ path: normalPath(path), reason })),
      deploy: toDeploy(file, overrides),
    },
  };
}

function toDeploy(file: FileSettings, overrides: Overrides): DeployPolicy {
  const { table, id_column, id_format, applied_at_column, checksum_column } = file.history;
  return {
    ledgerSchema: file.ledger_schema,
    lockKey: file.lock_key === undefined ? undefined : BigInt(file.lock_key),
    lockWaitMs: milliseconds(overrides.lockWait ?? file.lock_wait),
    onBusy: overrides.onBusy ?? file.on_busy,
    lockRetryBudgetMs: milliseconds(file.lock_retry_budget),
    concurrentWait: postgresDuration(milliseconds(file.concurrent_wait)),
    concurrentRetries: file.concurrent_retries,
    outOfOrder: file.out_of_order,
    verifyTables: file.verify_tables,
    smokeCommand: file.smoke_command,
    smokeTimeoutMs: milliseconds(file.smoke_timeout),
    ownHistory:
      table === undefined
        ? undefined
        : {
            table,
            idColumn: id_column,
            idFormat: id_format,
            appliedAtColumn: applied_at_column,
            checksumColumn: checksum_column,
          },
    environments: Object.fromEntries(
      Object.entries(file.environments).map(([name, { kind, url_variable }]) => [
        name,
        { kind, urlVariable: url_variable },
      ]),
    ),
  };
}

function toRehearsal(file: FileSettings['rehearsal']): RehearsalPolicy {
  return {
    preset: file.preset,
    extensions: file.extensions,
    roles: file.roles,
    setup: file.setup.map(normalPath),
    schemaFile: optionalPath(file.schema_file),
    placeholders: file.placeholders,
    searchPath: file.search_path,
    settings: file.settings,
    superuser: file.superuser,
    timeoutMs: milliseconds(file.timeout),
    seed: { files: file.seed.map(normalPath), command: file.seed_command, mode: file.seed_mode },
  };
}

// The schema has let only durations and repository paths through.
function milliseconds(duration: string): number {
  return parseDuration(duration) ?? Number.NaN;
}

function normalPath(path: string): string {
  return repositoryPath(path) ?? path;
}

function optionalPath(path: string | undefined): string | undefined {
  return path === undefined ? undefined : normalPath(path);
}
