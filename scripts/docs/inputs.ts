import { REPOSITORY } from '../../src/repository.ts';
import { DURATION_PATTERN } from '../../src/settings/duration.ts';
import { commands, flagOf, type Option, optionsOf } from '../../src/settings/options.ts';
import type { CommandName } from '../../src/settings/types.ts';
import { cell, GENERATED, table } from './markdown.ts';

/** README's table: the options of a command by their input and their flag. */
export function optionsTable(command: CommandName): string {
  return table(
    ['input', 'command line', 'meaning', 'default'],
    optionsOf(command).map((option) => [
      `\`${option.name}\``,
      `\`${flagOf(option.name)}${option.placeholder === undefined ? '' : ` ${cell(option.placeholder)}`}\``,
      cell(meaning(option)),
      cell(option.default ?? ''),
    ]),
  );
}

function meaning({ description, overrides, secret, name }: Option): string {
  const wins = overrides === undefined ? '' : ` Wins over \`${overrides}\` in lockstep.yml.`;
  const variable = secret !== undefined ? ` \`${flagOf(name)}-env NAME\` takes it from an environment variable.` : '';
  return description + wins + variable;
}

/** docs/inputs.md: options, lockstep.yml, exit statuses. */
export function inputsPage(configSchema: Readonly<Record<string, unknown>>): string {
  const parts = [
    GENERATED,
    '# Settings',
    INTRODUCTION,
    ...commands.flatMap(({ name, summary }) => [`## ${name}`, summary, optionsTable(name)]),
    '## lockstep.yml',
    CONFIG_INTRODUCTION,
    table(['key', 'value', 'default', 'meaning'], keyRows(configSchema as JsonSchema, '')),
    '## Exit status',
    EXIT_STATUS,
    '## Environment variables',
    ENVIRONMENT,
  ];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `Every setting has a default. What a workflow sets stands at its step:

\`\`\`yaml
- uses: ${REPOSITORY}@v0 # not released yet: name a commit
  with: { postgres_version: 17 }
\`\`\`

What holds for the project, in CI and on everybody's machine, stands in [\`lockstep.yml\`](#lockstepyml):

\`\`\`yaml
postgres_version: 17
test_command: npm test
lint:
  rules: { prefer-text-field: off }
\`\`\`

On the command line it is \`--postgres-version 17\`. Inputs and options win over \`lockstep.yml\`. Paths are relative to the directory
that \`cwd\` names, unless they are said to be relative to the repository's root. What stands in the migrations themselves:
[directives](directives.md). Whole workflows: [recipes](recipes.md).`;

const CONFIG_INTRODUCTION = `Without a file everything has its default. Unknown keys are errors. Durations are whole numbers with a unit: \`500ms\`, \`30s\`, \`5min\`, \`1h\`.

### Where it is

\`lockstep.yml\` in the folder that Lockstep is started in (or that \`cwd\` names), else at the repository's root; \`--config\` names
another. Paths in it are relative to the repository's root, wherever the file lies. A file that a change brings into a folder does not
replace the root's as judge of that change.

### Which version of it counts

A change cannot switch off its own judge:

- Where things are (\`tool\`, \`migrations\`, \`databases\`) is read at each commit for that commit.
- \`history.accept\` is read from the change, and an entry counts only in the change that brings it. \`history.accept: never\` on the base
  branch allows none.
- Everything else, and Squawk's configuration, is read from the base branch; so is [flyway.conf](tools/flyway.md), where it counts. \`--policy head\` tries out what a change of it would do.
- The first settings of a repository are taken from the change itself, except \`rehearsal.superuser\`, \`rehearsal.setup\`,
  \`rehearsal.schema_file\`, \`rehearsal.seed\`, \`rehearsal.seed_command\`, \`test_command\`,
  \`apply_command\`, \`rollback_command\` and \`status_command\`, which count only from the base branch. They are the first when the base branch has neither a \`lockstep.yml\` nor a
  \`.squawk.toml\`: beside either, a file of policy that is only in the change does not count for it.

A deploy (\`plan\`, \`apply\` and their relatives) reads all of it at the commit that it deploys; there an entry of \`history.accept\` counts as
long as it stands there.

The report says when a change alters how changes are judged: [policy-changed](rules/policy-changed.md),
[policy-added](rules/policy-added.md).

### In editors

For completion and checks, put this line at the top:

\`\`\`yaml
# yaml-language-server: $schema=https://raw.githubusercontent.com/${REPOSITORY}/v0/docs/lockstep.schema.json
\`\`\`

### Keys`;

const EXIT_STATUS = table(
  ['status', 'meaning', 'results'],
  [
    ['0', 'go on', '`passed`, `noop`, `planned`, `applied`, `superseded`; `busy` with `on_busy: skip`'],
    [
      '1',
      'the answer is no: a finding blocks, a migration or the tests fail, a gate is closed, another run holds the lock',
      '`blocked`, `refused`, `failed`, `partial`, `busy`',
    ],
    ['2', 'there is no answer: bad settings, missing git history, no server to be had, a bug in Lockstep', '`error`'],
    ['129, 130, 143', 'cancelled by SIGHUP, SIGINT, SIGTERM', '`error`; of an `apply` what it had come to'],
  ],
);

const ENVIRONMENT = table(
  ['variable', 'effect'],
  [
    [
      '`INPUT_<NAME>`',
      'inside GitHub Actions, started without arguments, the program reads its inputs from these: `INPUT_POSTGRES_VERSION`; the action sets them',
    ],
    ['`INPUT_COMMAND`', 'likewise: which command to run; `check` without it'],
    [
      '`LOCKSTEP_PG_BIN`',
      'the directory of the `postgres` and `initdb` to rehearse with; it must have the major of `postgres_version`, where that is set',
    ],
    ['`LOCKSTEP_SQUAWK`', 'the Squawk program to lint with, instead of the pinned one'],
    ['`NO_COLOR`', 'no colours, unless it is empty'],
    ['`FORCE_COLOR`', 'colours although the output is no terminal; `0` and `false`: none'],
    ['`XDG_CACHE_HOME`', "the user's cache directory, else `~/.cache`"],
    ['`XDG_STATE_HOME`', "the user's state directory, else `~/.local/state`: logs of deploys are kept there"],
    ['`RUNNER_TOOL_CACHE`', "the runner's tool cache: downloaded programs are kept there"],
  ],
);

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
}

function keyRows(schema: JsonSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = prefix + key;
    if (value.properties !== undefined) return keyRows(value, `${name}.`);
    const row = [`\`${name}\``, valueText(value), defaultText(value), cell(value.description ?? '')];
    if (key === 'databases') return [row, databaseName(value, name)];
    if (key === 'overrides') return [row, ...keyRows(value.items ?? {}, `${name}[].`)];
    const named = key === 'environments' || key === 'tables';
    return [row, ...(named ? entryRows(value, `${name}.<name>.`) : [])];
  });
}

/** The keys of each entry of a map. */
function entryRows({ additionalProperties }: JsonSchema, prefix: string): string[][] {
  return additionalProperties ? keyRows(additionalProperties, prefix) : [];
}

/** The other keys of a database are the ones above. */
function databaseName({ items }: JsonSchema, name: string): string[] {
  return [`\`${name}[].name\``, 'text', '', cell(items?.properties?.name?.description ?? '')];
}

function valueText(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueText).join(' or ');
  // What may be too long for a number may be written as text.
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'array': {
      const keys = Object.keys(schema.items?.properties ?? {});
      return keys.length > 0 && keys.length < 4 ? `list of ${keys.join(', ')}` : 'list';
    }
    case 'object':
      if (schema.properties !== undefined) return Object.keys(schema.properties).join(', ');
      return schema.additionalProperties ? `map of ${valueText(schema.additionalProperties)}` : 'map';
    case 'integer':
      return 'whole number';
    case 'boolean':
      return '`true`, `false`';
    default:
      return schema.pattern === DURATION_PATTERN.source ? 'duration' : 'text';
  }
}

function defaultText({ default: value }: JsonSchema): string {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return '';
  return `\`${String(value)}\``;
}
