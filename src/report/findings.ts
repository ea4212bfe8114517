import type { Finding } from './model.ts';
import { byPlace } from './told.ts';

/** What every surface means by 'open', by 'worst first' and by 'findings of one rule'. */

/** Whether nobody has let it pass. */
export function isOpen({ suppressed }: Finding): boolean {
  return suppressed === undefined;
}

/** How many are open, in all and by severity, and how many were let pass. */
export function openCounts(findings: readonly Finding[]) {
  const open = findings.filter(isOpen);
  const number = (severity: Finding['severity']): number => open.filter((one) => one.severity === severity).length;
  return {
    open: open.length,
    blocking: number('block'),
    warnings: number('warn'),
    notes: number('info'),
    suppressed: findings.length - open.length,
  };
}

/** Rules whose findings tell of rows or values that are gone after the deploy. No rollback brings them back. */
const LOSES_DATA: ReadonlySet<string> = new Set([
  'ban-drop-column',
  'ban-drop-database',
  'ban-drop-table',
  'ban-truncate-cascade',
  'dropped-by-cascade',
  'dropped-in-a-block',
]);

/** The less, the worse: what stops running code, what loses data, what else blocks, warnings, notes, what was let pass. */
function weight(finding: Finding): number {
  const { severity, impact, rule } = finding;
  if (!isOpen(finding)) return 5;
  if (severity !== 'block') return severity === 'warn' ? 3 : 4;
  if (impact !== undefined) return 0;
  return LOSES_DATA.has(rule) ? 1 : 2;
}

/** The worst first; what is equally bad stays in its order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => weight(a) - weight(b));
}

/** Findings of one rule with one way out of it: what there is to say about the rule is said once. */
export interface Group<T> {
  readonly first: Finding;
  readonly members: readonly T[];
}

/** By rule, the worst rule first; within a rule file by file, from top to bottom. */
export function groupsByRule<T>(items: readonly T[], findingOf: (item: T) => Finding): Group<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const { severity, rule, help } = findingOf(item);
    const key = JSON.stringify([severity, rule, help]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  const all = [...groups.values()].flatMap((group) => {
    const members = fileByFile(group, findingOf);
    const [first] = members;
    if (first === undefined) return [];
    const worst = Math.min(...members.map((item) => weight(findingOf(item))));
    return [{ first: findingOf(first), members, worst }];
  });
  return all.sort((a, b) => a.worst - b.worst).map(({ first, members }) => ({ first, members }));
}

/** The files in the order in which they came. */
function fileByFile<T>(items: readonly T[], findingOf: (item: T) => Finding): T[] {
  const paths = [...new Set(items.map((item) => findingOf(item).path))];
  const order = new Map(paths.map((path, index) => [path, index]));
  const place = (item: T): number => order.get(findingOf(item).path) ?? 0;
  return [...items].sort((a, b) => place(a) - place(b) || byPlace(findingOf(a), findingOf(b)));
}
