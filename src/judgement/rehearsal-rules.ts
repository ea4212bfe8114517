import type { RuleDescription } from './rules.ts';

/** What the rehearsal itself says about a migration. */
export const rehearsalRules = {
  'migration-fails': {
    severity: 'block',
    title: 'The migration fails on the base schema',
    why: "Postgres refused it in the rehearsal, on a server of the configured version that holds the base branch's schema; it would fail in the deploy as well.",
    help: 'Mend the statement at the place shown. When it needs something that lives outside the migrations (a role, an extension, a schema), bring it by `rehearsal` in lockstep.yml.',
  },
  'fails-on-rows': {
    severity: 'warn',
    title: 'The migration fails on tables that have rows',
    why: "On the empty tables of the base schema it runs. A second time it ran on tables with rows: `rehearsal.seed`'s, or three generic ones for each table, one with NULL wherever it may stand and two that are equal but for keys. Generic rows say what production's rows may do, so that this warns, with the query that decides where there is one. It blocks where any row at all would fail (a new NOT NULL column that nothing fills, a cast that no value passes), and where the rows are the project's own. Rows that the change set writes by itself are there in the run on empty tables too: what they break fails as `migration-fails`.",
    help: 'Run the query on production. Where it finds rows, mend them before the statement: fill what is NULL, merge what is double, give orphans a parent or none.',
  },
  'fails-when-called': {
    severity: 'warn',
    title: 'A function or trigger fails when it runs',
    why: 'A body in PL/pgSQL is looked at when it runs, and not when it is made: names that nothing has are found by the first call. On the tables with rows the functions and triggers that the migration has made or replaced were called once, with arguments of no meaning, and rolled back; what could not be called is under "Not analysed". Told is what no argument would make right (a name that nothing has, a syntax error), and of triggers also what they refuse by RAISE: each write of the running code that they are for ends there.',
    help: 'Correct the body. If a trigger is to refuse these writes, make sure that the running code does not make them.',
  },
  'needs-superuser': {
    severity: 'block',
    title: 'The migration needs rights that the rehearsal does not give it',
    why: "A pull request's SQL is untrusted, so it runs as an ordinary role that owns the database. This statement needs more than that.",
    help: "If the deploy's role has the right: list extensions and roles under `rehearsal.extensions` and `rehearsal.roles`, or set `rehearsal.superuser: true`, in lockstep.yml on the base branch.",
  },
  'fails-together': {
    severity: 'block',
    title: 'The migrations fail when they run in one deploy',
    why: 'Each of them runs alone, but not all of them one after the other on one connection, as the deploy runs them.',
    help: 'Look for what one leaves behind for the next: a statement that depends on rows, or on settings that Lockstep resets between migrations.',
  },
  'fails-in-one-transaction': {
    severity: 'warn',
    title: 'The tool itself would fail here, or make another schema',
    why: "Lockstep gives each migration a transaction of its own, or none where its statements refuse one. The project's tool runs all that is pending in one, and that went otherwise in the rehearsal: `CREATE INDEX CONCURRENTLY` refuses a transaction, and a new value of an enum may not be used in the transaction that adds it.",
    help: "Nothing, where Lockstep alone runs the migrations. Where the tool runs them too (on developers' machines, in tests, when the application starts), it stops there: run `lockstep apply` in its place, or write the migration so that both can run it.",
  },
  'down-fails': {
    severity: 'block',
    title: 'The down script fails',
    why: 'It was run right after its up script, on a clone: a rollback would stop here, at the worst moment for it.',
    help: 'Mend the down script, or take it out and say that there is no way back: `-- lockstep: irreversible reason=...`.',
  },
  'down-differs': {
    severity: 'warn',
    title: 'The down script does not restore the schema',
    why: 'After up and down the schema is not what it was before. A warning, since it harms nobody until somebody rolls back; it blocks where the migration cannot be applied again after it.',
    help: 'Undo in the down script everything that the up script does, in the opposite order, or take it out and say that there is no way back: `-- lockstep: irreversible reason=...`.',
  },
  'column-order-changed': {
    severity: 'info',
    title: 'After up and down the columns stand in another order',
    why: 'A column that is dropped and made again comes last. The schema means the same; only `SELECT *`, `INSERT` without a list of columns and binary dumps can tell.',
    help: 'Nothing, unless some code relies on the order.',
  },
  'up-again-fails': {
    severity: 'block',
    title: 'After a rollback the migration cannot be applied again',
    why: 'Up and down ran, but the second up failed or made another schema than the first.',
    help: 'The down script leaves something behind, or takes too much away: compare it with the up script.',
  },
  'down-missing': {
    severity: 'info',
    title: 'There is no down script',
    why: 'A rollback has to be written when it is needed. That may be a decision (forward only), so this is no more than a note.',
    help: 'Add a `-- Rollback` block or a `.down.sql` file, or say why there is none: `-- lockstep: irreversible reason=...`. Set `down-missing: warn` under `lint.rules` to insist.',
  },
  'tests-fail': {
    severity: 'block',
    title: "The project's tests fail at the new schema",
    why: 'They ran against a database to which the new migrations had been applied.',
    help: 'See the output of the tests. Code that runs while the migration is deployed must work with the schema before and after it.',
  },
} as const satisfies Record<string, Omit<RuleDescription, 'name'>>;

export type RehearsalRule = keyof typeof rehearsalRules;
