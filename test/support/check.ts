import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import type { Finding, MigrationReport, Report } from '../../src/report/model.ts';
import { type CliOptions, type CliResult, runCli, startCli } from './cli.ts';
import type { GitRepo } from './git-repo.ts';
import { testTools } from './postgres.ts';

/** `lockstep check` through the built bundle on a real repository; each report is validated against its schema. */

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (instance: Ajv2020) => void)(ajv);
const schema = readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8');
const validate = ajv.compile(JSON.parse(schema) as object);

export interface Checked extends CliResult {
  readonly report: Report;
  /** Names of the findings that count (not suppressed), worst first as the report has them. */
  readonly rules: readonly string[];
  finding(rule: string): Finding;
  migration(id: string): MigrationReport;
}

interface CheckOptions extends CliOptions {
  /** Where prepared clusters are kept; the tests share one, so that initdb runs once. */
  readonly cache?: string | null;
}

const sharedCache = join(testTools, '../e2e-bases');

/** Arguments that keep a check within the repository's own .cache. */
function checkArguments(args: readonly string[], cache: string | null = sharedCache): string[] {
  const kept = cache === null ? ['--no-cache'] : ['--cache-directory', cache];
  const tools = args.includes('--tool-directory') ? [] : ['--tool-directory', testTools];
  return ['check', ...kept, ...tools, ...args];
}

/** Runs a check of `repo`'s working tree (or of what `args` name) to its end. */
export async function check(repo: GitRepo, args: readonly string[] = [], options: CheckOptions = {}): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-report-'));
  const file = join(folder, 'report.json');
  try {
    const result = await runCli([...checkArguments(args, options.cache), '--report', file], {
      cwd: repo.dir,
      ...options,
      env: { ...repo.env, ...options.env },
    });
    const report = readReport(file, result);
    return {
      ...result,
      report,
      rules: report.findings.filter(({ suppressed }) => !suppressed).map(({ rule }) => rule),
      finding: (rule) => one(report.findings, (item) => item.rule === rule, rule, result),
      migration: (id) => one(report.migrations, (item) => item.id === id, id, result),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A check to send signals to. */
export function startCheck(
  repo: GitRepo,
  args: readonly string[],
  options: CheckOptions = {},
): ReturnType<typeof startCli> {
  return startCli(checkArguments(args, options.cache), {
    cwd: repo.dir,
    ...options,
    env: { ...repo.env, ...options.env },
  });
}

function readReport(file: string, { stdout, stderr }: CliResult): Report {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`no report was written\n${stdout}\n${stderr}`);
  }
  const report = JSON.parse(text) as Report;
  expect(validate(report), JSON.stringify(validate.errors, null, 2)).toBe(true);
  return report;
}

function one<T>(items: readonly T[], wanted: (item: T) => boolean, name: string, { stdout, stderr }: CliResult): T {
  const found = items.find(wanted);
  if (found === undefined) throw new Error(`${name} is not in the report\n${stdout}\n${stderr}`);
  return found;
}
