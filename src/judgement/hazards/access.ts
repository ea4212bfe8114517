import { items, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { alters, either, isOfKind } from '../running-code/placement.ts';
import { capital } from '../running-code/relations.ts';
import { enumerate } from '../sql-words.ts';
import type { Hazard, Schema } from './schema.ts';

/** Who may see and do what. */
export function accessHazards(schema: Schema): readonly Hazard[] {
  return [...rowSecurity(schema), ...definers(schema), ...publicRights(schema)];
}

function rowSecurity({ ofKind, parts }: Schema): readonly Hazard[] {
  return ofKind('table').flatMap((table): readonly Hazard[] => {
    const enabled = table.facts['row level security']?.startsWith('enabled') === true;
    const policies = parts(table.name, 'policy');
    const words = [[ownName(table)]];
    if (enabled && policies.length === 0)
      return [
        {
          rule: 'row-security-without-policy',
          severity: 'warn',
          object: table,
          message: `Row-level security of table ${table.name} is on and it has no policy: ${table.facts['row level security'] === 'enabled' ? 'all roles but the owner find no row' : 'every role, the owner too, finds no row'} in it.`,
          blame: { words, does: either(alters('AT_EnableRowSecurity', 'AT_ForceRowSecurity'), isOfKind('DropStmt')) },
        },
      ];
    if (enabled) return [];
    return policies.map((policy) => ({
      rule: 'policy-not-in-force',
      severity: 'warn',
      object: policy,
      message: `${capital(label(policy))} does nothing: row-level security of the table is off.`,
      blame: {
        words: [[ownName(policy), ownName(table)], [ownName(policy)], [ownName(table)]],
        does: either(isOfKind('CreatePolicyStmt'), alters('AT_DisableRowSecurity')),
      },
    }));
  });
}

function definers({ ofKind }: Schema): readonly Hazard[] {
  return [...ofKind('function'), ...ofKind('procedure')]
    .filter(({ facts }) => facts.security !== undefined && !isFixed(facts.definition ?? ''))
    .map((object) => ({
      rule: 'security-definer-search-path',
      severity: 'warn',
      object,
      message: `${capital(label(object))} is SECURITY DEFINER and sets no search_path: it runs with its owner's rights and finds names by its caller's path.`,
      blame: { words: [[ownName(object)]], does: isOfKind('CreateFunctionStmt', 'AlterFunctionStmt') },
    }));
}

/** Postgres writes the settings above the body. Names in BEGIN ATOMIC were looked up when the function was made. */
function isFixed(definition: string): boolean {
  const [head = ''] = definition.split(/^(?:AS |BEGIN ATOMIC)/m, 1);
  return /^ SET search_path TO /m.test(head) || /^BEGIN ATOMIC/m.test(definition);
}

function publicRights({ catalog }: Schema): readonly Hazard[] {
  return [...catalog.objects.values()].flatMap((object): readonly Hazard[] => {
    const rights = items(object.facts.grants).flatMap((line) => line.match(/^grant (.+) to PUBLIC$/)?.[1] ?? []);
    if (rights.length === 0) return [];
    return [
      {
        rule: 'granted-to-public',
        severity: 'warn',
        object,
        extent: rights.join(),
        message: `Every role has ${enumerate(rights)} on ${label(object)}: it is granted to PUBLIC.`,
        blame: {
          words: [[ownName(object).replace(/\(.*$/s, '')], ['public']],
          does: isOfKind('GrantStmt', 'AlterDefaultPrivilegesStmt'),
        },
      },
    ];
  });
}
