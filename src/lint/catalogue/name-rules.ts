import type { RuleEntries } from './entry.ts';

/** Our own rules about names that running code knows. Tables and columns are Squawk's (`renaming-table`, `renaming-column`). */
export const nameRules = {
  'enum-value-used': {
    source: 'lockstep',
    severity: 'block',
    title: 'A new enum value is used in the transaction that adds it',
    why: 'Postgres refuses it (SQLSTATE 55P04): in a DEFAULT, a CHECK, an INSERT, an UPDATE, a function in SQL, even where no row is touched. Found by the text of the value. From Postgres 17 on it may be used if the same transaction made the type itself.',
    help: "Put the use into a migration of its own, after this one:\nALTER TYPE state ADD VALUE 'paid' AFTER 'placed';\n-- then, in the next migration:\nALTER TABLE orders ALTER COLUMN state SET DEFAULT 'paid';",
  },
  'renaming-enum-value': {
    source: 'lockstep',
    severity: 'block',
    title: 'An enum value is renamed',
    why: 'The code that is running writes and compares the old value: from the commit on Postgres refuses it as input (SQLSTATE 22P02), and rows are read with a value that the code does not know.',
    help: "Expand and contract: add the new value, let the code know both, write the new one, and change the old rows in batches:\nALTER TYPE state ADD VALUE 'cancelled' AFTER 'canceled';",
    existingTablesOnly: true,
  },
  'renaming-view': {
    source: 'lockstep',
    severity: 'block',
    title: 'A view or a column of it is renamed',
    why: 'The code that is running knows the old name: every query that uses it fails from the commit until the new code is out. `info` where the same transaction makes something of the old name.',
    help: 'Leave the old name behind, in the same transaction, and drop it when no code uses it any more:\nALTER VIEW sales RENAME TO sales_by_day;\nCREATE VIEW sales AS SELECT * FROM sales_by_day;',
    existingTablesOnly: true,
  },
  'renaming-schema': {
    source: 'lockstep',
    severity: 'block',
    title: 'A schema is renamed',
    why: 'Every name in it changes at once: code that writes the schema, and every search_path that holds it, finds nothing from the commit on.',
    help: 'Make the new schema beside the old one, leave views behind for what moves, and drop the old schema when nothing uses it any more:\nCREATE SCHEMA billing;\nALTER TABLE payments.invoices SET SCHEMA billing;\nCREATE VIEW payments.invoices AS SELECT * FROM billing.invoices;',
    existingTablesOnly: true,
  },
  'moving-to-schema': {
    source: 'lockstep',
    severity: 'block',
    title: 'An object moves to another schema',
    why: 'Code that names the old schema fails from the commit on, and code that names none finds it only if its search_path holds the new one. `info` where the same transaction makes something of the old name.',
    help: 'Leave a view of the old name behind, in the same transaction, and drop it when no code uses it any more:\nALTER TABLE invoices SET SCHEMA billing;\nCREATE VIEW public.invoices AS SELECT * FROM billing.invoices;',
    existingTablesOnly: true,
  },
  'renaming-sequence': {
    source: 'lockstep',
    severity: 'warn',
    title: 'A sequence is renamed',
    why: "Defaults of columns follow it; nextval('old_name') in code, and an ORM that computes the name, fails from the commit on.",
    help: 'Make sure that no code names it; else leave it as it is called.',
    existingTablesOnly: true,
  },
  'renaming-type': {
    source: 'lockstep',
    severity: 'warn',
    title: 'A type is renamed',
    why: 'Columns follow it; casts and declarations in code, in bodies of functions, and in drivers that look types up by name fail from the commit on.',
    help: 'Make sure that no code names it; else leave it as it is called.',
    existingTablesOnly: true,
  },
  'renaming-index': {
    source: 'lockstep',
    severity: 'info',
    title: 'An index or a constraint is renamed',
    why: 'Code rarely names one; what does fails from the commit on: ON CONFLICT ON CONSTRAINT, the handling of errors by the name of the constraint, hints for the planner.',
    help: 'Search the code for the old name.',
    existingTablesOnly: true,
  },
} as const satisfies RuleEntries;
