import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ruleDescriptions } from '../../src/commands/rule-descriptions.ts';
import { mandatoryRules } from '../../src/judgement/verdict.ts';
import { isMandatory } from '../../src/lint/catalogue.ts';
import { reportJsonSchema } from '../../src/report/json-schema.ts';
import { configJsonSchema } from '../../src/settings/json-schema.ts';
import { actionManifest } from './action.ts';
import { inputsPage, optionsTable } from './inputs.ts';
import { between } from './markdown.ts';
import { type DocumentedRule, rulePage, rulesPage } from './rules.ts';

/** Every file that is generated, in whole or in part, by its path from the repository's root, with its content. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const configSchema = configJsonSchema();
  const rules = documentedRules();
  return new Map([
    ['action.yml', actionManifest(await read('scripts/docs/action-step.sh'))],
    ['README.md', between(await read('README.md'), 'options', optionsTable('check'))],
    ['docs/inputs.md', inputsPage(configSchema)],
    ['docs/rules.md', rulesPage(rules)],
    ...rules.map((rule) => [`docs/rules/${rule.name}.md`, rulePage(rule)] as const),
    ['docs/lockstep.schema.json', json(configSchema)],
    ['docs/report.schema.json', json(reportJsonSchema())],
    ['src/repository.ts', stampRepository(await read('src/repository.ts'), await read('package.json'))],
  ]);
}

function documentedRules(): DocumentedRule[] {
  return ruleDescriptions().map((rule) => {
    const failed = mandatoryRules.has(rule.name);
    return { ...rule, fixed: failed ? 'tells what failed' : isMandatory(rule.name) ? 'protects databases' : undefined };
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** package.json is the one place where the repository's address stands. */
function stampRepository(source: string, manifest: string): string {
  const { repository } = JSON.parse(manifest) as { repository: { url: string } };
  const name = /github\.com\/([^/]+\/[^/]+?)(\.git)?$/.exec(repository.url)?.[1];
  if (name === undefined) throw new Error(`no GitHub repository in ${repository.url}`);
  return source.replace(/(export const REPOSITORY = ')[^']*'/, `$1${name}'`);
}
