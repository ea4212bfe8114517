import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ruleDescriptions } from '../../src/commands/rule-descriptions.ts';
import { mandatoryRules } from '../../src/judgement/verdict.ts';
import { isMandatory } from '../../src/lint/catalogue.ts';
import { reportJsonSchema } from '../../src/report/json-schema.ts';
import { configJsonSchema } from '../../src/settings/json-schema.ts';
import { actionManifest } from './action.ts';
import { commandToolsTable } from './command-features.ts';
import { inputsPage, optionsTable } from './inputs.ts';
import { between } from './markdown.ts';
import { type Reference, referenceOf, withReference } from './references.ts';
import { type DocumentedRule, rulePage, rulesPage } from './rules.ts';
import { forServer } from './server-workflows.ts';
import { briefTable, moreTable, type Seen, toolsTable } from './tools.ts';

const TEMPLATES = 'workflows-templates';

/** The workflows to call, which a server can have, too. */
const CALLED = ['check', 'deploy'];

/** Every file that is generated, in whole or in part, by its path from the repository's root, with its content. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const configSchema = configJsonSchema();
  const rules = documentedRules();
  const reference = referenceOf(await read('package.json'), await read('CHANGELOG.md'));
  const templates = (await readdir(join(root, TEMPLATES))).filter((name) => name.endsWith('.yml'));
  const stamped = await Promise.all(
    [...templates.map((name) => `${TEMPLATES}/${name}`), 'docs/workflows.md'].map(
      async (path) => [path, withReference(await read(path), reference)] as const,
    ),
  );
  const forServers = await Promise.all(
    CALLED.map(async (name) => {
      const path = `.github/workflows/${name}.yml`;
      return [`.github/workflows/ghes-${name}.yml`, forServer(await read(path), path)] as const;
    }),
  );
  return new Map([
    ['action.yml', actionManifest(await read('scripts/docs/action-step.sh'))],
    ['README.md', readme(await read('README.md'))],
    ['docs/inputs.md', inputsPage(configSchema)],
    ['docs/tools/README.md', toolsPage(await read('docs/tools/README.md'))],
    ['docs/rules.md', rulesPage(rules)],
    ...rules.map((rule) => [`docs/rules/${rule.name}.md`, rulePage(rule)] as const),
    ['docs/lockstep.schema.json', json(configSchema)],
    ['docs/report.schema.json', json(reportJsonSchema())],
    ...stamped,
    ...forServers,
    ['src/repository.ts', stampRepository(await read('src/repository.ts'), reference)],
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

/** The address, and the version of the docs that links point to. */
function stampRepository(source: string, { repository, ref }: Reference): string {
  return source
    .replace(/(export const REPOSITORY = ')[^']*'/, `$1${repository}'`)
    .replace(/(const DOCS_REF = ')[^']*'/, `$1${ref}'`);
}

function readme(page: string): string {
  const seen: Seen = { pages: 'docs/tools/', docs: 'docs/' };
  const withTools = between(between(page, 'tools', briefTable(seen)), 'command-tools', commandToolsTable(seen));
  return between(withTools, 'options', optionsTable('check'));
}

function toolsPage(page: string): string {
  const seen: Seen = { pages: '', docs: '../' };
  const withTools = between(between(page, 'tools', toolsTable(seen)), 'more-tools', moreTable(seen));
  return between(withTools, 'command-tools', commandToolsTable(seen));
}
