import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../../../src/commands/rule-descriptions.ts';
import type { Finding, Report } from '../../../../src/report/model.ts';
import { renderSarif } from '../../../../src/report/sarif/sarif.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { sampleReports } from '../../../fixtures/reports.ts';
import { bareFinding } from '../../../support/reports/bare-finding.ts';

// Microsoft's package brings the standard's schema. It is written in draft 4 and uses nothing that later drafts lack.
const {
  $schema: _,
  id: __,
  ...schema
} = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
// Its pattern for languages is none in Unicode's mode.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const rules = ruleDescriptions();
const links = { repository: 'https://github.example/acme/shop', commit: '9be1d04' };

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string; uriBaseId: string }; region: object } }[];
  partialFingerprints: { 'lockstep/v1': string };
  suppressions?: { kind: string; justification: string }[];
}

interface Run {
  tool: { driver: { rules: { id: string; [key: string]: unknown }[]; [key: string]: unknown } };
  automationDetails: { id: string };
  versionControlProvenance?: unknown[];
  invocations: { executionSuccessful: boolean; toolExecutionNotifications?: Notification[]; endTimeUtc: string }[];
  results: Result[];
}

interface Notification {
  level: string;
  descriptor: { id: string };
  message: { text: string };
}

/** The one run of the file, which is as the standard has it. */
function runOf(report: Report, options: Parameters<typeof renderSarif>[2] = { links }): Run {
  const log = JSON.parse(renderSarif(report, rules, options));
  validate(log);
  expect(validate.errors).toBeNull();
  expect(log.runs).toHaveLength(1);
  return log.runs[0];
}

function reportOf(...findings: Finding[]): Report {
  return { ...sampleReports.blocked, findings };
}

const texts = (report: Report): string[] => runOf(report).results.map(({ message }) => message.text);

describe('the file', () => {
  it('is checked by a schema that refuses what is wrong', () => {
    expect(
      validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'fatal' }] }] }),
    ).toBe(false);
  });

  it.each(Object.entries({ ...sampleReports, ...deploys }))(
    'is valid SARIF 2.1.0 for the report %s',
    (_name, report) => {
      for (const options of [{ links }, {}]) {
        for (const { locations } of runOf(report, options).results ?? []) {
          // The final schema asks for it, this edition of it does not yet.
          for (const { physicalLocation } of locations) expect(physicalLocation.region).toHaveProperty('startLine');
        }
      }
    },
  );

  it('says which repository and revision it is about, where that is known', () => {
    expect(runOf(sampleReports.blocked).versionControlProvenance).toMatchObject([
      { repositoryUri: links.repository, revisionId: sampleReports.blocked.git?.headSha },
    ]);
    expect(runOf(sampleReports.upFailed).versionControlProvenance?.[0]).not.toHaveProperty('revisionId');
    expect(runOf(sampleReports.blocked, {})).not.toHaveProperty('versionControlProvenance');
  });

  it('is told apart from those about other databases of the same commit', () => {
    expect(runOf(sampleReports.passed).automationDetails.id).toBe('lockstep/');
    expect(runOf({ ...sampleReports.passed, database: 'billing' }).automationDetails.id).toBe('lockstep/billing/');
  });

  it('holds as many results as GitHub takes, the worst, says how many are missing, and is small enough', () => {
    const many = Array.from({ length: 25_010 }, (_none, index) =>
      bareFinding({
        severity: index < 20 ? 'info' : 'warn',
        line: index + 1,
        message: `Number ${index} ${'x'.repeat(200)}`,
      }),
    );
    const text = renderSarif(reportOf(...many), rules);
    const [{ results, invocations }] = JSON.parse(text).runs as [Run];
    expect(results).toHaveLength(25_000);
    expect(results.filter(({ level }) => level === 'note')).toHaveLength(10);
    expect(invocations[0]?.toolExecutionNotifications).toContainEqual(
      expect.objectContaining({
        descriptor: { id: 'results-left-out' },
        message: { text: expect.stringContaining('10 results are') },
      }),
    );
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
  });
});

describe('the rules', () => {
  const { rules: descriptors, ...driver } = runOf(sampleReports.passed).tool.driver;

  it('are all there, whether they found something or not, with what GitHub shows of them', () => {
    expect(driver).toMatchObject({ name: 'Lockstep', version: '0.1.0' });
    expect(descriptors.map(({ id }) => id)).toEqual(rules.map(({ name }) => name));
    for (const { id, ...rest } of descriptors) {
      expect(rest, id).toMatchObject({
        shortDescription: { text: expect.stringMatching(/^.{1,1024}$/s) },
        fullDescription: { text: expect.stringMatching(/^.{1,1024}$/s) },
        help: { text: expect.stringMatching(/./), markdown: expect.stringMatching(/\[More about this rule\]\(https:/) },
        helpUri: expect.stringMatching(new RegExp(`/docs/rules/${id}\\.md$`)),
      });
    }
  });

  it.each([
    ['ban-drop-column', { level: 'warning' }, 'squawk'],
    ['ban-drop-not-null', { level: 'warning' }, 'squawk'],
    ['version-gap', { level: 'note' }, 'history'],
    ['require-table-schema', { enabled: false, level: 'warning' }, 'squawk'],
    ['migration-fails', { level: 'error' }, 'rehearsal'],
  ])('%s has its level and tags', (rule, defaultConfiguration, source) => {
    expect(descriptors.find(({ id }) => id === rule)).toMatchObject({
      defaultConfiguration,
      properties: { tags: ['postgres', 'migration', source] },
    });
  });

  it('show their example as code', () => {
    const help = (rule: string): unknown => descriptors.find(({ id }) => id === rule)?.help;
    expect(help('require-concurrent-index-creation')).toMatchObject({
      markdown: expect.stringContaining('```sql\nCREATE INDEX CONCURRENTLY'),
    });
    expect(help('migration-edited')).toMatchObject({ markdown: expect.stringContaining('```yaml\nhistory:\n') });
  });

  it('have room for one that another version of Squawk brings', () => {
    const { tool, results } = runOf(
      reportOf(bareFinding(), bareFinding({ rule: 'ban-new-things', help: '', docsUrl: 'https://example.com' })),
    );
    const result = results.find(({ ruleId }) => ruleId === 'ban-new-things');
    expect(tool.driver.rules[result?.ruleIndex ?? -1]).toMatchObject({
      id: 'ban-new-things',
      help: { text: 'https://example.com' },
    });
  });
});

describe('a result', () => {
  it('has rule, level, place, message and how to mend it', () => {
    const { results, tool } = runOf(
      reportOf(
        bareFinding({
          line: 4,
          endLine: 6,
          column: 9,
          help: 'First release code:\n-- an example',
          suggestion: 'SELECT 1;',
        }),
      ),
    );
    expect(results).toMatchObject([
      {
        ruleId: 'ban-drop-column',
        level: 'error',
        message: { text: 'The column is dropped.\n\nFirst release code:\n\nSELECT 1;' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'db/1.sql', uriBaseId: '%SRCROOT%' },
              region: { startLine: 4, endLine: 6, startColumn: 9 },
            },
          },
        ],
        properties: { severity: 'block', evidence: 'unproven' },
      },
    ]);
    expect(tool.driver.rules[results[0]?.ruleIndex ?? -1]?.id).toBe('ban-drop-column');
  });

  it('leaves the example to the help of its rule', () => {
    expect(texts(reportOf(bareFinding({ help: 'First release code:\n-- an example' })))).toEqual([
      'The column is dropped.\n\nFirst release code.',
    ]);
  });

  it('comes the sooner the worse it is, what is suppressed last', () => {
    const { results } = runOf(
      reportOf(
        bareFinding({ severity: 'block', message: 'released', suppressed: { reason: 'unused since release 42' } }),
        bareFinding({ severity: 'info', message: 'c' }),
        bareFinding({ severity: 'block', message: 'a' }),
        bareFinding({ severity: 'warn', message: 'b' }),
      ),
    );
    expect(results.map(({ level, message }) => `${level} ${message.text.charAt(0)}`)).toEqual([
      'error a',
      'warning b',
      'note c',
      'note r',
    ]);
    expect(results.map(({ suppressions }) => suppressions)).toEqual([
      undefined,
      undefined,
      undefined,
      [{ kind: 'inSource', justification: 'unused since release 42' }],
    ]);
  });

  it('names its file so that every reader finds it', () => {
    const { results } = runOf(reportOf(bareFinding({ path: 'db/100%/grün #1:?.sql' })));
    expect(results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      'db/100%25/gr%C3%BCn%20%231%3A%3F.sql',
    );
  });

  it('shows what strangers write as text, without links and characters that hide something, and not at any length', () => {
    const [text = ''] = texts(
      reportOf(bareFinding({ message: 'see [here](https://evil.example) \u001b[31m\u202ered', help: '' })),
    );
    expect(text).toBe('see [here] (https://evil.example) \ufffd[31m\ufffdred');
    expect(texts(reportOf(bareFinding({ message: '😀'.repeat(5_000) })))[0]).toMatch(/^(?:😀){400,500}…$/u);
  });
});

describe('the fingerprint of a result', () => {
  const marks = (...findings: Finding[]): string[] =>
    runOf(reportOf(...findings)).results.map(({ partialFingerprints }) => partialFingerprints['lockstep/v1']);
  const excerpt = (line: number): string => `${line} | DROP COLUMN  a;\n    ^`;

  it('stays when lines above it come, and the white space changes', () => {
    expect(marks(bareFinding({ line: 3, excerpt: excerpt(3) }))).toEqual(
      marks(bareFinding({ line: 11, excerpt: '11 | DROP COLUMN a;\n     ^' })),
    );
  });

  it('changes with the line itself, and without one with the message', () => {
    expect(
      new Set(marks(bareFinding({ excerpt: excerpt(3) }), bareFinding(), bareFinding({ message: 'Another.' }))).size,
    ).toBe(3);
  });

  it('counts what is the same in a file, by the order of the lines', () => {
    const early = bareFinding({ line: 2, excerpt: excerpt(2), severity: 'info', suppressed: { reason: 'x' } });
    const late = bareFinding({ line: 9, excerpt: excerpt(9) });
    expect(marks(late, early)).toEqual(['DROP COLUMN a;:2', 'DROP COLUMN a;:1']);
    expect(marks(late, { ...early, path: 'db/2.sql' })).toEqual(['DROP COLUMN a;:1', 'DROP COLUMN a;:1']);
  });

  it("leaves GitHub's own name to GitHub's own upload", () => {
    expect(renderSarif(sampleReports.blocked, rules)).not.toContain('primaryLocationLineHash');
  });
});

describe('a run without an answer, or with gaps', () => {
  const invocation = (report: Report): Run['invocations'][number] | undefined => runOf(report).invocations[0];

  it('is no success, and says why and what to do', () => {
    const { error } = sampleReports.errored;
    expect(invocation(sampleReports.errored)).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          level: 'error',
          descriptor: { id: error?.code },
          message: { text: expect.stringContaining(error?.message ?? '') },
        },
      ],
    });
  });

  it('has no list of results, which would close what is open on GitHub', () => {
    expect(runOf(sampleReports.errored)).not.toHaveProperty('results');
    expect(runOf(sampleReports.noop).results).toEqual([]);
  });

  it('says that no migration was there to look at', () => {
    expect(invocation(sampleReports.noop)).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [{ level: 'note', descriptor: { id: 'no-migration' } }],
    });
  });

  it('names what nobody has looked at', () => {
    const [gap] = sampleReports.blocked.coverage.notAnalysed;
    expect(invocation(sampleReports.blocked)).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [
        {
          level: 'warning',
          descriptor: { id: 'not-analysed' },
          message: { text: `Not analysed: ${gap?.reason}` },
          locations: [{ physicalLocation: { region: { startLine: gap?.line } } }],
        },
      ],
    });
    expect(invocation(sampleReports.passed)).not.toHaveProperty('toolExecutionNotifications');
  });

  it('tells when it began and ended', () => {
    expect(invocation(sampleReports.passed)).toMatchObject({
      startTimeUtc: '2026-03-02T09:15:00.000Z',
      endTimeUtc: '2026-03-02T09:15:01.904Z',
    });
  });
});
