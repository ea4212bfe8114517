import type { Report } from '../report/model.ts';
import type { RuleDescription } from '../report/rule-description.ts';
import { writeText } from '../services/text-file.ts';
import type { Settings } from '../settings/types.ts';
import { linksOf } from './context.ts';

function reportText(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

type Rules = () => Promise<readonly RuleDescription[]>;

/** Writes every file that was asked for. Returns what went wrong, one for each that could not be written. */
export async function writeFiles(settings: Settings, report: Report, rules: Rules): Promise<unknown[]> {
  const surroundings = { links: linksOf(settings, report) };
  const files: readonly (readonly [path: string | undefined, render: () => Promise<string>])[] = [
    [settings.reportPath, async () => reportText(report)],
    [
      settings.sarifPath,
      async () => (await import('../report/sarif/sarif.ts')).renderSarif(report, await rules(), surroundings),
    ],
    [settings.htmlPath, async () => (await import('../report/html/page.ts')).renderHtml(report, surroundings)],
    [
      settings.summaryPath,
      async () => (await import('../report/markdown/summary.ts')).renderSummary(report, surroundings),
    ],
  ];
  const failures: unknown[] = [];
  for (const [path, render] of files) {
    if (path === undefined) continue;
    try {
      await writeText(path, await render(), { workspace: settings.actions?.workspace });
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
