import { REPOSITORY } from '../../repository.ts';
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
import type { RuleDescription } from '../rule-description.ts';
import { invocation, notificationDescriptors } from './invocation.ts';
import { resultsOf } from './results.ts';
import { type Rules, rulesOf } from './rules.ts';

interface SarifOptions {
  /** Without them the file does not say which repository it is about. */
  readonly links?: Links | undefined;
}

/**
 * The findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning and editors. What GitHub
 * makes of it: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
 */
export function renderSarif(
  report: Report,
  described: readonly RuleDescription[],
  { links }: SarifOptions = {},
): string {
  const rules = rulesOf(described, report.findings);
  const { results, left } = resultsOf(report.findings, rules);
  const run = {
    tool: { driver: driver(report, rules) },
    automationDetails: { id: category(report) },
    ...provenance(report, links),
    invocations: [invocation(report, left)],
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    columnKind: 'utf16CodeUnits',
    // An empty list says that all is mended, and closes what is open on GitHub: a run without an answer has no list.
    ...(report.result === 'error' ? {} : { results }),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function driver(report: Report, { descriptors }: Rules): object {
  return {
    name: 'Lockstep',
    version: report.tool.version,
    semanticVersion: report.tool.version,
    informationUri: `https://github.com/${REPOSITORY}`,
    rules: descriptors,
    notifications: notificationDescriptors(report),
  };
}

/** Up to its last '/', it keeps the uploads of one commit apart: those for another database do not replace these. */
function category({ database }: Report): string {
  return database === undefined ? 'lockstep/' : `lockstep/${database}/`;
}

function provenance({ git }: Report, links: Links | undefined): object {
  if (links === undefined) return {};
  const revision = git?.headSha ?? undefined;
  const details = {
    repositoryUri: links.repository,
    ...(revision === undefined ? {} : { revisionId: revision }),
    mappedTo: { uriBaseId: '%SRCROOT%' },
  };
  return { versionControlProvenance: [details] };
}
