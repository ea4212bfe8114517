import type { Report } from '../report/model.ts';
import type { RuleDescription } from '../report/rule-description.ts';
import { writeText } from '../services/text-file.ts';
import type { Settings } from '../settings/types.ts';
import { linksOf } from './context.ts';

export function writeReport(path: string, report: Report): Promise<void> {
  return writeText(path, reportText(report));
}

function reportText(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

type Rules = () => Promise<readonly RuleDescription[]>;

/** Writes every file that was asked for, and only then throws for the first that could not be written: `report-not-written`. */
export async function writeFiles(settings: Settings, report: Report, rules: Rules): Promise<void> {
  const links = linksOf(settings, report);
  const surroundings = links === undefined ? {} : { links };
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
    const text = await render();
    await writeText(path, text).catch((error: unknown) => void failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
