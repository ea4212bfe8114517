/**
 * Fields of the report that say where and which, by their paths without indexes. A password from the environment that is
 * also a word (`migrations`) must not make another file of a path; whatever is not listed is free text and is scrubbed.
 */

/** One of a few values of ours: never scrubbed, or the report would break its schema. */
export const FIXED_FIELDS: ReadonlySet<string> = new Set([
  'tool.name',
  'command',
  'result',
  'startedAt',
  'error.code',
  'migrations.change',
  'migrations.transaction',
  'migrations.phase',
  'migrations.risk.level',
  'migrations.status',
  'migrations.up.status',
  'migrations.up.error.sqlstate',
  'migrations.up.statements.locks.mode',
  'migrations.up.statements.locks.blocks',
  'migrations.down.status',
  'migrations.down.error.sqlstate',
  'findings.rule',
  'findings.source',
  'findings.severity',
  'findings.evidence',
  'findings.impact.blocks',
  'tests.phase',
  'schemaDiff.tables.kind',
  'schemaDiff.tables.change',
]);

/** Names of things: only what was given to us to keep, and whole URLs, are taken out of them. */
export const NAMING_FIELDS: ReadonlySet<string> = new Set([
  'tool.version',
  'git.repository',
  'git.baseSha',
  'git.headSha',
  'git.mergeBaseSha',
  'database',
  'project.tool',
  'project.directory',
  'target.environment',
  'target.serverVersion',
  'rehearsal.serverVersion',
  'migrations.id',
  'migrations.path',
  'migrations.previousPath',
  'migrations.up.error.path',
  'migrations.up.statements.locks.relation',
  'migrations.up.statements.rewrites',
  'migrations.up.statements.scans',
  'migrations.up.statements.creates',
  'migrations.up.statements.drops',
  'migrations.down.error.path',
  'findings.path',
  'findings.docsUrl',
  'findings.impact.relations',
  'schemaDiff.tables.name',
  'coverage.notAnalysed.path',
]);
