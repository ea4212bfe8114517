import { isMandatory } from '../lint/catalogue.ts';
import { guard } from '../lint/guard.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { newestOf } from '../project/layouts/names.ts';
import type { Migration, Project } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import type { Policy } from '../settings/types.ts';

/** Also blocks a deploy where it blocks a check: the tool that the project uses would fail on it. */
const WOULD_FAIL = 'mixed-transaction';

/**
 * What no database may see, in migrations that are about to run: what `check` blocks whatever anybody says (transaction
 * control, session tampering, files that cannot be read). A line each, with its place.
 */
export function forbiddenIn(pending: readonly Migration[], project: Project, layout: Layout, policy: Policy): string[] {
  const examined = pending.map((migration) => ({ migration, half: 'up' as const, script: migration.up, full: true }));
  const running = new Set(pending);
  const history = project.migrations.filter((one) => !running.has(one) && !one.up.unreadable).map(({ up }) => up);
  const context = { policy, layout, now: new Date(), newestVersion: newestOf(project.migrations)?.version };
  const guarded = guard(examined, context, history);
  return [
    ...guarded.flatMap(({ findings }) => findings.filter((found) => forbids(found)).map(told)),
    ...pending.flatMap(({ sectionProblems = [] }) =>
      sectionProblems.map(({ path, line, message }) => `${path}:${line}: ${message}`),
    ),
  ];
}

function forbids({ rule, severity }: Finding): boolean {
  return severity === 'block' && (isMandatory(rule) || rule === WOULD_FAIL);
}

function told({ path, line, message }: Finding): string {
  return `${path}:${line}: ${message}`;
}
