import picomatch from 'picomatch';
import type { Finding } from '../report/model.ts';
import type { Policy, RuleSetting } from '../settings/types.ts';
import { ruleNamed } from './catalogue.ts';
import { relationKey } from './made.ts';

/** What lockstep.yml says of some migrations and some tables. */

type Subject = Pick<Finding, 'rule' | 'path' | 'relations' | 'impact'>;

interface Exceptions {
  /** What an entry of `lint.overrides` makes of a finding; undefined: none fits. */
  readonly severityOf: (finding: Subject) => RuleSetting | undefined;
  /** The small tables that a finding is about, if what it tells of takes as long as they are big; undefined: it is not so. */
  readonly smallTables: (finding: Finding) => readonly string[] | undefined;
}

export function exceptionsOf({ lint, tables }: Policy): Exceptions {
  const overrides = lint.overrides.map((override) => ({
    ...override,
    isPath: override.paths && picomatch([...override.paths], { dot: true }),
    isTable: override.tables && tableMatcher(override.tables),
  }));
  const small = Object.entries(tables).flatMap(([name, table]) => (table.small ? [name] : []));
  const isSmall = tableMatcher(small);
  return {
    severityOf: (finding) =>
      overrides.findLast(
        ({ rules, isPath, isTable }) =>
          rules.includes(finding.rule) &&
          (isPath === undefined || isPath(finding.path)) &&
          (isTable === undefined || allTables(finding, isTable) !== undefined),
      )?.severity,
    smallTables: (finding) => (small.length > 0 && growsWithTable(finding) ? allTables(finding, isSmall) : undefined),
  };
}

/** A schema that is not written is public on both sides. */
function tableMatcher(names: readonly string[]): (name: string) => boolean {
  const matches = picomatch(names.map(relationKey), { dot: true });
  return (name) => matches(relationKey(name));
}

/** The tables of a finding if all of them match; of one about no table, none do. */
function allTables({ relations, impact }: Subject, matches: (name: string) => boolean): readonly string[] | undefined {
  const tables = relations ?? impact?.relations ?? [];
  return tables.length > 0 && tables.every(matches) ? tables : undefined;
}

function growsWithTable({ rule, impact }: Finding): boolean {
  const entry = ruleNamed(rule);
  return impact !== undefined || entry?.blocks !== undefined || entry?.cheapWhenSmall === true;
}
