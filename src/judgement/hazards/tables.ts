import { type CatalogObject, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { alters, either, isOfKind } from '../running-code/placement.ts';
import { capital } from '../running-code/relations.ts';
import type { Hazard, Schema } from './schema.ts';

/** Tables whose rows nothing identifies. The rule tells apart those that are new and those that have lost their key: see news.ts. */
export function unidentifiedTables(schema: Schema): readonly Hazard[] {
  return schema.ofKind('table').flatMap((table): readonly Hazard[] => {
    const { facts } = table;
    // A partition is its parent's business, and an unlogged table is never replicated.
    if (facts['partition of'] !== undefined || facts.inherits !== undefined || facts.persistence !== undefined)
      return [];
    if (facts['replica identity'] === 'full' || isIdentified(table, schema)) return [];
    const published = schema.isPublished(table);
    const why = published ? ', and a publication covers it: UPDATE and DELETE on it fail (55000)' : '';
    return [
      {
        rule: 'table-without-primary-key',
        severity: published ? 'warn' : 'info',
        object: table,
        message: `Table ${table.name} has no primary key${why}.`,
        blame: {
          words: [[ownName(table)], ['publication']],
          does: either(
            isOfKind('CreateStmt', 'CreateTableAsStmt'),
            alters('AT_DropConstraint', 'AT_DropColumn', 'AT_ReplicaIdentity'),
            isOfKind('CreatePublicationStmt', 'AlterPublicationStmt'),
          ),
        },
      },
    ];
  });
}

function isIdentified({ name, facts }: CatalogObject, schema: Schema): boolean {
  if (facts['replica identity'] === 'nothing') return false;
  const keys = [...schema.parts(name, 'constraint'), ...schema.parts(name, 'index')];
  return keys.some(
    ({ facts: key }) =>
      key['replica identity'] !== undefined || (key.type === 'primary key' && facts['replica identity'] === undefined),
  );
}

export function unvalidatedConstraints({ ofKind, parts }: Schema): readonly Hazard[] {
  const constraints = [...ofKind('table'), ...ofKind('domain')].flatMap(({ name }) => [
    ...parts(name, 'constraint'),
    ...parts(name, 'domain constraint'),
  ]);
  return constraints
    .filter(({ facts }) => facts.validity !== undefined)
    .map((object) => ({
      rule: 'constraint-not-validated',
      severity: 'info',
      object,
      message: `${capital(label(object))} is NOT VALID at the end of the change set: rows that were there before are not checked.`,
      blame: {
        words: [[ownName(object)], [object.path.at(-2) ?? '']],
        does: either(alters('AT_AddConstraint'), isOfKind('AlterDomainStmt')),
      },
    }));
}
