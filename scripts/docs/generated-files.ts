import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policyRules } from '../../src/judgement/policy-rules.ts';
import { rehearsalRules } from '../../src/judgement/rehearsal-rules.ts';
import { schemaRules } from '../../src/judgement/rules.ts';
import { mandatoryRules } from '../../src/judgement/verdict.ts';
import { rules as lintRules } from '../../src/lint/catalogue.ts';
import { reportJsonSchema } from '../../src/report/json-schema.ts';
import { configJsonSchema } from '../../src/settings/json-schema.ts';
import { inputsPage, optionsTable } from './inputs.ts';
import { between } from './markdown.ts';
import { rulesPage } from './rules.ts';

/** Every file that is generated, in whole or in part, by its path from the repository's root, with its content. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const configSchema = configJsonSchema();
  const rehearsal = Object.entries({ ...rehearsalRules, ...schemaRules, ...policyRules }).map(([name, rule]) => {
    return { name, source: name in policyRules ? 'policy' : 'rehearsal', ...rule };
  });
  return new Map([
    ['README.md', between(await read('README.md'), 'options', optionsTable('check'))],
    ['docs/inputs.md', inputsPage(configSchema)],
    ['docs/rules.md', rulesPage([...lintRules, ...rehearsal], [...mandatoryRules])],
    ['docs/lockstep.schema.json', json(configSchema)],
    ['docs/report.schema.json', json(reportJsonSchema())],
    ['src/repository.ts', stampRepository(await read('src/repository.ts'), await read('package.json'))],
  ]);
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
