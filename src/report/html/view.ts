import type { Links } from '../links.ts';
import type { Finding, MigrationReport, Report } from '../model.ts';

/** What every part of the page is drawn from. */
export interface View {
  readonly report: Report;
  readonly links: Links | undefined;
  /** In the report's order. */
  readonly findings: readonly Placed<Finding>[];
  readonly migrations: readonly Placed<MigrationReport>[];
}

/** Something that other parts of the page link to. */
export interface Placed<T> {
  readonly item: T;
  readonly anchor: string;
}

export function createView(report: Report, links: Links | undefined): View {
  return {
    report,
    links,
    findings: report.findings.map((item, index) => ({ item, anchor: `finding-${index + 1}` })),
    migrations: report.migrations.map((item, index) => ({ item, anchor: `migration-${index + 1}` })),
  };
}

/** What was not suppressed. */
export function stillOpen(findings: readonly Placed<Finding>[], severity: Finding['severity']): Placed<Finding>[] {
  return findings.filter(({ item }) => item.severity === severity && item.suppressed === undefined);
}

/** Findings that have one rule, explained in the same words. */
export interface Group {
  readonly first: Finding;
  readonly members: readonly Placed<Finding>[];
}

/** By rule, in the order of their first places. */
export function groups(findings: readonly Placed<Finding>[]): Group[] {
  const byRule = new Map<string, { first: Finding; members: Placed<Finding>[] }>();
  for (const placed of findings) {
    const { rule, source, severity, help, docsUrl } = placed.item;
    const key = JSON.stringify([rule, source, severity, help, docsUrl]);
    const group = byRule.get(key);
    if (group === undefined) byRule.set(key, { first: placed.item, members: [placed] });
    else group.members.push(placed);
  }
  return [...byRule.values()];
}

/** Whether the project's tests said no. */
export function testsFailed({ tests = [] }: Report): boolean {
  return tests.some(({ exitCode, timedOut }) => exitCode !== 0 || timedOut === true);
}

/** Whether it did not get to its end. */
export function hasStopped({ status, up }: MigrationReport): boolean {
  return [status, up?.status].some((each) => each === 'failed' || each === 'partial');
}
