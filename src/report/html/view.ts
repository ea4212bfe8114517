import { type Group, groupsByRule, isOpen } from '../findings.ts';
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
  return findings.filter(({ item }) => item.severity === severity && isOpen(item));
}

/** By rule, the worst first. */
export function groups(findings: readonly Placed<Finding>[]): Group<Placed<Finding>>[] {
  return groupsByRule(findings, ({ item }) => item);
}
