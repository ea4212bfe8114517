import { helpParts, languageOf } from '../advice.ts';
import type { Finding, Severity } from '../model.ts';
import type { RuleDescription } from '../rule-description.ts';

/** The rules of a run, and where each of them stands among them. */
export interface Rules {
  readonly descriptors: readonly object[];
  indexOf(rule: string): number;
}

/** GitHub orders and filters by them. */
export const LEVELS = { block: 'error', warn: 'warning', info: 'note' } as const satisfies Record<Severity, string>;

/**
 * All rules, whether they found anything or not, as GitHub asks for: files of one tool differ in their results. A rule that
 * nobody describes (of another version of Squawk) is described from its finding.
 */
export function rulesOf(described: readonly RuleDescription[], findings: readonly Finding[]): Rules {
  const descriptors = new Map<string, object>(described.map((rule) => [rule.name, descriptor(rule)]));
  for (const finding of findings)
    if (!descriptors.has(finding.rule)) descriptors.set(finding.rule, fromFinding(finding));
  const indexes = new Map([...descriptors.keys()].map((name, index) => [name, index]));
  return { descriptors: [...descriptors.values()], indexOf: (rule) => indexes.get(rule) ?? -1 };
}

function descriptor({ name, source, severity, title, why, help, docsUrl }: RuleDescription): object {
  const { prose, example } = helpParts(help);
  const fence = example === '' ? [] : [`\`\`\`${languageOf(example)}\n${example}\n\`\`\``];
  return {
    id: name,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\n${help}`,
      markdown: [why, prose, ...fence, `[More about this rule](${docsUrl})`].join('\n\n'),
    },
    helpUri: docsUrl,
    // A rule that is off unless somebody asks for it is worth a warning to whoever asked.
    defaultConfiguration: severity === 'off' ? { enabled: false, level: LEVELS.warn } : { level: LEVELS[severity] },
    properties: { tags: ['postgres', 'migration', source] },
  };
}

function fromFinding({ rule, source, help, docsUrl }: Finding): object {
  const text = help === '' ? docsUrl : help;
  return {
    id: rule,
    shortDescription: { text: rule },
    fullDescription: { text: rule },
    help: { text },
    helpUri: docsUrl,
    properties: { tags: ['postgres', 'migration', source] },
  };
}
