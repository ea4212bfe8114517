import type { ObjectKind } from '../catalog.ts';
import { database, roles, settings } from './cluster.ts';
import {
  defaultPrivileges,
  foreignDataWrappers,
  languages,
  publications,
  securityLabels,
  servers,
  subscriptions,
  userMappings,
} from './database.ts';
import { casts, conversions, operatorClasses, operatorFamilies, operators, textSearch } from './operators.ts';
import { extensions, relations, schemas, sequences } from './relations.ts';
import { eventTriggers, routines, statisticsObjects } from './routines.ts';
import { columns, constraints, indexes, policies, rules, triggers } from './table-parts.ts';
import { collations, domainConstraints, types } from './types.ts';

/** Every query that a schema is read with. */

interface CatalogQuery {
  /** What it finds. */
  readonly kinds: readonly ObjectKind[];
  readonly sql: string;
}

export const catalogQueries = (major: number): readonly CatalogQuery[] => [
  { kinds: ['schema'], sql: schemas },
  { kinds: ['extension'], sql: extensions },
  { kinds: ['table', 'foreign table', 'view', 'materialized view', 'composite type'], sql: relations },
  { kinds: ['column', 'attribute'], sql: columns(major) },
  { kinds: ['constraint'], sql: constraints },
  { kinds: ['index'], sql: indexes },
  { kinds: ['sequence'], sql: sequences },
  { kinds: ['rule'], sql: rules },
  { kinds: ['trigger'], sql: triggers },
  { kinds: ['policy'], sql: policies },
  { kinds: ['function', 'procedure', 'aggregate'], sql: routines },
  { kinds: ['event trigger'], sql: eventTriggers },
  { kinds: ['enum', 'domain', 'range type', 'type'], sql: types },
  { kinds: ['domain constraint'], sql: domainConstraints },
  { kinds: ['collation'], sql: collations },
  { kinds: ['statistics object'], sql: statisticsObjects },
  { kinds: ['operator'], sql: operators },
  { kinds: ['operator class'], sql: operatorClasses },
  { kinds: ['operator family'], sql: operatorFamilies },
  { kinds: ['cast'], sql: casts },
  { kinds: ['conversion'], sql: conversions },
  {
    kinds: ['text search configuration', 'text search dictionary', 'text search parser', 'text search template'],
    sql: textSearch,
  },
  { kinds: ['language'], sql: languages },
  { kinds: ['foreign-data wrapper'], sql: foreignDataWrappers },
  { kinds: ['server'], sql: servers },
  { kinds: ['user mapping'], sql: userMappings },
  { kinds: ['publication'], sql: publications(major) },
  { kinds: ['subscription'], sql: subscriptions },
  { kinds: ['security label'], sql: securityLabels },
  { kinds: ['default privileges'], sql: defaultPrivileges },
  { kinds: ['setting'], sql: settings },
  { kinds: ['database'], sql: database },
  { kinds: ['role'], sql: roles },
];
