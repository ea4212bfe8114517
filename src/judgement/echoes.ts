import { parseScript, type Statement } from '../project/sql.ts';
import { list } from '../project/syntax-tree.ts';
import type { Script } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import type { Rehearsed } from './rehearsed.ts';
import { targetsOf } from './surprise/targets.ts';

/** Two findings for one fact are one: what lint foretells, the rehearsal need not tell again. */

/** Errors of Postgres that a rule foretells, by SQLSTATE; 25006: a BEGIN READ ONLY of the file's own round it. */
const FORETOLD: Readonly<Record<string, readonly string[]>> = {
  'mixed-transaction': ['25001', '25006'],
  'ban-concurrent-index-creation-in-transaction': ['25001'],
  'enum-value-used': ['55P04'],
  'index-on-partitioned-table': ['0A000', '42809'],
  'ban-duplicate-column-assignments': ['42601'],
};

/** Of whole files; the others tell of one statement. */
const OF_FILES: ReadonlySet<string> = new Set(['mixed-transaction', 'ban-concurrent-index-creation-in-transaction']);

/** What the rehearsal has to say beside lint. Only what blocks openly has told that the migration fails. */
export function withoutEchoes({ findings, migrations }: Rehearsed, linted: readonly Finding[]): Finding[] {
  const errors = [...migrations.values()].flatMap(({ up }) => up?.error ?? []);
  const isForetold = ({ path, line }: Finding): boolean =>
    errors.some(
      ({ path: at, line: place, sqlstate = '', statement }) =>
        at === path &&
        place === line &&
        linted.some(
          (one) =>
            one.path === path &&
            one.severity === 'block' &&
            one.suppressed === undefined &&
            FORETOLD[one.rule]?.includes(sqlstate) === true &&
            (OF_FILES.has(one.rule) || one.statement === statement),
        ),
    );
  return findings.filter((one) => one.rule !== 'migration-fails' || !isForetold(one));
}

/**
 * DROP ... IF EXISTS of a name that nothing has: it drops nothing, whatever lint says of its words. `scripts`: those that the
 * findings stand in.
 */
export function withoutNothing(
  linted: readonly Finding[],
  told: readonly Finding[],
  scripts: readonly Script[],
): Finding[] {
  // Of several names one may be there: what is said of the statement says nothing of each.
  const isOfOneName = (path: string, index: number | undefined): boolean =>
    scripts
      .filter((script) => script.path === path)
      .flatMap((script) => parseScript(script).statements?.find((one) => one.index === index) ?? [])
      .some((statement) => namesOne(statement));
  const idle = told.filter(({ rule }) => rule === 'named-but-unchanged');
  return linted.map((one) => {
    const { rule, path, statement, evidence } = one;
    const isIdle = idle.some((other) => other.path === path && other.statement === statement);
    // What the schemas have confirmed was there.
    if (!isIdle || !DROPS.has(rule) || evidence === 'confirmed' || !isOfOneName(path, statement)) return one;
    const { impact: _, ...rest } = one;
    const message = `${one.message.replace(/\.?$/, '.')} Refuted: nothing of that name is there.`;
    return { ...rest, severity: 'info', evidence: 'refuted', message };
  });
}

function namesOne(statement: Statement): boolean {
  const commands = list(statement.tree.cmds).length;
  return targetsOf(statement).length === 1 && commands <= 1;
}

const DROPS: ReadonlySet<string> = new Set(['ban-drop-column', 'ban-drop-table', 'require-concurrent-index-deletion']);

/**
 * That a new column which must be given has nothing for the rows that are there: lint's finding says what the run on rows has
 * shown, whose own goes.
 */
export function withRows(
  linted: readonly Finding[],
  told: readonly Finding[],
): { readonly linted: Finding[]; readonly told: Finding[] } {
  const shown = new Map<Finding, Finding>();
  for (const one of told) {
    if (one.rule !== 'fails-on-rows' || one.severity !== 'block') continue;
    const carrier = linted.find(
      // Who vouches for the code, or releases what it does, has not made the rows go away.
      ({ rule, severity, suppressed, path, statement }) =>
        severity === 'block' &&
        suppressed === undefined &&
        rule === 'adding-required-field' &&
        path === one.path &&
        statement === one.statement,
    );
    if (carrier !== undefined && !shown.has(carrier)) shown.set(carrier, one);
  }
  const gone = new Set(shown.values());
  return {
    linted: linted.map((one) => {
      const rows = shown.get(one);
      if (rows === undefined) return one;
      return { ...one, evidence: 'confirmed', message: `${one.message.replace(/\.?$/, '.')} ${rows.message}` };
    }),
    told: told.filter((one) => !gone.has(one)),
  };
}
