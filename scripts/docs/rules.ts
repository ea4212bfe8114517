import { cell, GENERATED, table } from './markdown.ts';

/** What rules.md tells about a rule; the catalogues of lint and rehearsal both have it. */
interface DocumentedRule {
  readonly name: string;
  readonly source: string;
  readonly severity: string;
  readonly title: string;
  readonly why: string;
  readonly help: string;
  readonly mandatory?: true;
}

const CHAPTERS: readonly (readonly [source: string, title: string, about: string])[] = [
  ['history', 'History', 'Seen in git: what a change does to migrations that exist already.'],
  ['lockstep', 'Scripts', "Lockstep's own rules about what a migration says."],
  ['squawk', 'Squawk', "Squawk's rules, with the severity that they have in Lockstep."],
  ['rehearsal', 'Rehearsal', 'What Postgres did when the migrations were run.'],
  ['policy', 'Policy', 'What a change does to its own judge.'],
];

/** docs/rules.md. `facts`: the rules that tell what failed, which no setting may touch. Each rule has a heading of its own name: findings link to it. */
export function rulesPage(rules: readonly DocumentedRule[], facts: readonly string[]): string {
  const chapters = CHAPTERS.flatMap(([source, title, about]) => {
    const own = rules.filter((rule) => rule.source === source);
    return own.length === 0 ? [] : [`## ${title}`, about, summary(own), ...own.flatMap(section)];
  });
  return `${[GENERATED, '# Rules', introduction(rules, facts), ...chapters].join('\n\n')}\n`;
}

function introduction(rules: readonly DocumentedRule[], facts: readonly string[]): string {
  const listed = (names: readonly string[]): string => names.map((name) => `[${name}](#${name})`).join(', ');
  const mandatory = rules.filter((rule) => rule.mandatory && !facts.includes(rule.name)).map(({ name }) => name);
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
    ban-drop-column: warn
    down-missing: block
\`\`\`

Squawk's own configuration counts as well (\`excluded_rules\`, \`included_rules\`, \`excluded_paths\` in \`.squawk.toml\`); \`lint.rules\` has the
last word.

## Releasing one place

A comment above the statement, or behind it. A \`block\` needs a reason, and the reviewer sees it:

\`\`\`sql
-- lockstep-ignore ban-drop-column -- unused since release 42
ALTER TABLE orders DROP COLUMN legacy_state;
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
  made milder: ${listed(mandatory)}.
- What failed in the rehearsal: ${listed(facts)}. The verdict is \`blocked\`, whatever comments and settings say.`;
}

function summary(rules: readonly DocumentedRule[]): string {
  return table(
    ['rule', 'severity', 'what'],
    rules.map(({ name, severity, title, mandatory }) => {
      return [`[${name}](#${name})`, severity + (mandatory ? ', *always*' : ''), cell(title)];
    }),
  );
}

function section({ name, title, why, help, severity, mandatory }: DocumentedRule): string[] {
  const [advice = '', ...example] = help.split('\n');
  const fence = example.length === 0 ? [] : [`\`\`\`\n${example.join('\n')}\n\`\`\``];
  const always = mandatory ? ', always' : '';
  return [`### ${name}`, `**${title}** (${severity}${always}). ${why}`, advice, ...fence];
}
