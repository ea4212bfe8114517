import type { IsSilent } from '../../lint/policy.ts';
import { parseScript } from '../../project/sql.ts';
import type { Finding } from '../../report/model.ts';
import type { JudgedMigration } from '../rehearsed.ts';
import { alarms } from './alarms.ts';
import type { Seen, SeenStatement } from './evidence.ts';
import { factsOf, MadeByDeploy, runsOthers, type StatementFacts } from './facts.ts';
import { withFacts } from './statements.ts';

interface JudgedTraces {
  /** With what was seen in their reports and findings. */
  readonly migrations: readonly JudgedMigration[];
  readonly seen: Seen;
}

/** The traces of a deploy's migrations, in its order: what one has made is nobody else's yet when the next one runs. */
export function judgeTraces(
  migrations: readonly JudgedMigration[],
  linted: readonly Finding[],
  isSilent: IsSilent,
): JudgedTraces {
  const made = new MadeByDeploy();
  const byPath = new Map<string, readonly SeenStatement[]>();
  const judged = migrations.map((one): JudgedMigration => {
    const { migration, trace, report } = one;
    if (trace === undefined)
      return report.up === undefined ? one : { ...one, notAnalysed: [...one.notAnalysed, unseen(one)] };
    const statements = parseScript(migration.up).statements ?? [];
    const facts = factsOf(trace, made, (index) => statements[index]?.kind);
    made.add(trace);
    const { path } = migration.up;
    byPath.set(
      path,
      facts.map((each) => ({ ...each, runsOthers: runsOthers(statements[each.statement ?? -1]?.kind) })),
    );
    const said = linted.filter((finding) => finding.path === path);
    return {
      ...one,
      lost: [...one.lost, ...emptied(facts)],
      ...(report.up && {
        report: { ...report, up: { ...report.up, statements: withFacts(report.up.statements, facts) } },
      }),
      findings: [...one.findings, ...alarms({ path, statements, facts, linted: said, isSilent })],
    };
  });
  const seen: Seen = (path, statement) => byPath.get(path)?.find((facts) => facts.statement === statement);
  return { migrations: judged, seen };
}

/** Rows that the schemas before and after do not tell of. */
function emptied(facts: readonly StatementFacts[]): JudgedMigration['lost'] {
  return facts.flatMap(({ truncates }) =>
    truncates.map(({ name }) => ({ what: `rows of table ${name}`, of: undefined })),
  );
}

function unseen({ migration }: JudgedMigration): JudgedMigration['notAnalysed'][number] {
  return {
    path: migration.path,
    reason: 'what its statements lock, read and rewrite could not be followed in the rehearsal',
  };
}
