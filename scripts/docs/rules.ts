import { squawkAddress } from '../../src/lint/catalogue.ts';
import { helpParts, languageOf } from '../../src/report/advice.ts';
import type { RuleDescription } from '../../src/report/rule-description.ts';
import { cell, GENERATED, table } from './markdown.ts';

/** A rule, and why neither settings nor comments reach it, if they do not. */
export interface DocumentedRule extends RuleDescription {
  readonly fixed: 'protects databases' | 'tells what failed' | undefined;
}

type Source = RuleDescription['source'];

const CHAPTERS: readonly (readonly [source: Source, title: string, about: string])[] = [
  ['history', 'History', 'Seen in git: what a change does to migrations that exist already.'],
  ['lockstep', 'Scripts', "Lockstep's own rules about what a migration says."],
  [
    'squawk',
    'Squawk',
    "[Squawk](https://squawkhq.com)'s rules, with the severity that they have in Lockstep. Their pages here tell the safe way with Lockstep, and link to Squawk's own.",
  ],
  ['rehearsal', 'Rehearsal', 'What Postgres did when the migrations were run.'],
  ['policy', 'Policy', 'What a change does to its own judge.'],
];

/** docs/rules.md: what holds for all rules, and a list of them. */
export function rulesPage(rules: readonly DocumentedRule[]): string {
  const chapters = CHAPTERS.flatMap(([source, title, about]) => {
    const own = rules.filter((rule) => rule.source === source);
    return own.length === 0 ? [] : [`## ${title}`, about, overview(own)];
  });
  return page(['# Rules', introduction(rules), ...chapters]);
}

function page(parts: readonly string[]): string {
  return `${[GENERATED, ...parts].join('\n\n')}\n`;
}

function introduction(rules: readonly DocumentedRule[]): string {
  const listed = (fixed: DocumentedRule['fixed']): string =>
    rules
      .filter((rule) => rule.fixed === fixed)
      .map(({ name }) => link(name))
      .join(', ');
  return `A finding has one of three severities:

| severity | meaning |
| --- | --- |
| \`block\` | The verdict is no. |
| \`warn\` | A person should look at it; the verdict stands without it. |
| \`info\` | Worth knowing. |

A rule that is \`off\` is not looked for.

## Changing a severity

\`lint.rules\` in \`lockstep.yml\` does it for the whole project, for rules of every kind below. It is read
[from the base branch](inputs.md#which-version-of-it-counts).

\`\`\`yaml
lint:
  rules:
    prefer-text-field: off
    ban-drop-column: block
    down-missing: block
\`\`\`

Some rules, in some migrations or on some tables: \`lint.overrides\`. \`paths\` are globs, \`tables\` names or globs (a schema that is not
written is \`public\`); an entry with both needs both. The last entry that fits wins.

\`\`\`yaml
lint:
  overrides:
    - rules: [unbatched-dml, changing-all-rows]
      tables: ['staging.*', feature_flags]
      severity: info
    - rules: [ban-drop-table]
      paths: ['migrations/2024/**']
      severity: warn
\`\`\`

What locks, reads or rewrites a table, or changes many of its rows, hurts as long as the table is big. Of one that stays small all of that
is a note (\`info\`), and its message says so; what loses data or breaks code that runs keeps its severity:

\`\`\`yaml
tables:
  feature_flags: { small: true }
  'staging.*': { small: true }
\`\`\`

Squawk's own configuration counts as well (\`excluded_rules\`, \`included_rules\`, \`excluded_paths\` in \`.squawk.toml\`); \`lint.rules\` has the
last word.

## Releasing one place

A comment above the statement, or behind it. A \`block\` needs a reason, and the reviewer sees it:

\`\`\`sql
-- lockstep-ignore ban-drop-table -- unused since release 42
DROP TABLE legacy_orders;
\`\`\`

[All forms](directives.md#releasing-a-finding), for whole files too. A change of an existing migration is released by
\`history.accept\` in \`lockstep.yml\`:

\`\`\`yaml
history:
  accept:
    - path: migrations/007_orders.sql
      reason: never left the branch
\`\`\`

## What cannot be released

- Rules marked *always*: they keep a script from a database that it could harm, or that could not run it. They can be neither released nor
  made milder: ${listed('protects databases')}.
- What failed in the rehearsal: ${listed('tells what failed')}. The verdict is \`blocked\`, whatever comments and settings say.`;
}

function link(name: string): string {
  return `[${name}](rules/${name}.md)`;
}

function overview(rules: readonly DocumentedRule[]): string {
  return table(
    ['rule', 'severity', 'what'],
    rules.map(({ name, severity, title, fixed }) => [
      link(name),
      severity + (fixed === undefined ? '' : ', *always*'),
      cell(title),
    ]),
  );
}

/** docs/rules/<name>.md: what findings link to. */
export function rulePage(rule: DocumentedRule): string {
  const { name, title, why, help } = rule;
  const { prose, example } = helpParts(help);
  return page([
    `# ${name}`,
    `**${title}.** ${standing(rule)}`,
    why,
    '## What to do',
    prose,
    ...(example === '' ? [] : [fence(languageOf(example), example)]),
    ...(rule.fixed === undefined
      ? ['## Changing its severity', ...severityOf(rule), ...releaseOf(rule)]
      : ['## It always blocks', ALWAYS[rule.fixed]]),
    '[All rules](../rules.md)',
  ]);
}

function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

const ORIGINS: Readonly<Record<Source, (name: string) => string>> = {
  history: () => 'Seen in git',
  lockstep: () => "One of Lockstep's own rules about what a migration says",
  squawk: (name) => `[One of Squawk's rules](${squawkAddress(name)})`,
  rehearsal: () => 'Seen when the migrations were run',
  policy: () => 'About what a change does to its own judge',
};

function standing({ name, source, severity, fixed }: DocumentedRule): string {
  return `${ORIGINS[source](name)}; \`${severity}\`${fixed === undefined ? '' : ', always'}.`;
}

const ALWAYS: Readonly<Record<NonNullable<DocumentedRule['fixed']>, string>> = {
  'protects databases':
    'It keeps a script from a database that it could harm, or that could not run it: neither settings nor a comment change that.',
  'tells what failed': 'What failed in the rehearsal must not pass: neither settings nor a comment change that.',
};

function severityOf({ name, severity }: DocumentedRule): string[] {
  const other = severity === 'block' || severity === 'off' ? 'warn' : 'off';
  return [
    'For the whole project, in `lockstep.yml` [on the base branch](../inputs.md#which-version-of-it-counts):',
    fence('yaml', `lint:\n  rules:\n    ${name}: ${other} # block, warn, info or off; ${severity} without this line`),
  ];
}

const BY_ACCEPT: ReadonlySet<string> = new Set(['migration-edited', 'migration-deleted', 'migration-renamed']);

/** They are about what no comment of a migration speaks for, or about such comments themselves. */
const BY_SETTINGS_ALONE: ReadonlySet<string> = new Set([
  'migration-ignored',
  'suppression-without-reason',
  'unused-suppression',
]);

/** A chapter of its own: what can be released differs, and some rules have nothing to release. */
function releaseOf({ name, source, severity }: DocumentedRule): string[] {
  if (BY_ACCEPT.has(name))
    return [
      '## Accepting it',
      'By `history.accept` in `lockstep.yml`, as above, in the change itself; the base branch may [forbid it](../inputs.md#which-version-of-it-counts). The reviewer sees it.',
    ];
  if (source === 'policy' || BY_SETTINGS_ALONE.has(name))
    return ['## It cannot be released', 'No comment releases it: only its severity can be changed.'];
  const whole = source === 'history' || source === 'rehearsal' || name === 'empty-migration';
  const place = whole ? "Anywhere in the migration's file" : 'In a comment above the place';
  return [
    whole ? '## Releasing one migration' : '## Releasing one place',
    `${place}${severity === 'block' ? ', with a reason, which the reviewer sees' : ''}:`,
    fence('sql', `-- lockstep-ignore${whole ? '-file' : ''} ${name} -- why it is all right here`),
    '[All forms](../directives.md#releasing-a-finding).',
  ];
}
