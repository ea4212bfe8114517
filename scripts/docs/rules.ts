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

/** docs/rules.md. Each rule has a heading of its own name: findings link to it. */
export function rulesPage(rules: readonly DocumentedRule[]): string {
  const chapters = CHAPTERS.flatMap(([source, title, about]) => {
    const own = rules.filter((rule) => rule.source === source);
    return own.length === 0 ? [] : [`## ${title}`, about, summary(own), ...own.flatMap(section)];
  });
  return `${[GENERATED, '# Rules', INTRODUCTION, ...chapters].join('\n\n')}\n`;
}

const INTRODUCTION = `A finding has one of three severities. \`block\`: the verdict is no. \`warn\`: a person should look at it. \`info\`: worth knowing.
\`off\` is not looked for.

\`lint.rules\` in \`lockstep.yml\` changes a severity for the whole project:

\`\`\`yaml
lint:
  rules:
    prefer-text-field: off
    ban-drop-column: warn
\`\`\`

One place is released by a comment above the statement. A \`block\` needs a reason, and the reviewer sees it:

\`\`\`sql
-- lockstep-ignore ban-drop-column -- unused since release 42
ALTER TABLE orders DROP COLUMN legacy_state;
\`\`\`

Rules marked *always* keep a script from a database that it could harm, or that could not run it; they can be neither silenced nor made milder.`;

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
