import type { RuleEntries } from './entry.ts';

/** What to do about a change of the history, where the base branch does not forbid to release it. */
const MEND = {
  'migration-edited': 'Put the file back as it was and write the difference as a new migration.',
  'migration-deleted': 'Put the file back, and undo what it did in a new migration.',
  'migration-renamed': 'Keep the old name.',
} as const;

function orRelease(when: string, path: string): string {
  return `${when}, release the change by a new entry in lockstep.yml:\nhistory:\n  accept:\n    - path: ${path}\n      reason: never left the branch`;
}

/** The help for a project whose base branch says `history.accept: never`. */
export const helpWithoutRelease: ReadonlyMap<string, string> = new Map(Object.entries(MEND));

/** Our own rules about what a change does to the history of migrations: seen in git, without reading any SQL. */
export const historyRules = {
  'migration-edited': {
    source: 'history',
    severity: 'block',
    title: 'An existing migration is edited',
    why: 'Environments that have applied it keep the schema of the old text and never see the new one; fresh databases get the new one alone. From here on the two differ.',
    help: `${MEND['migration-edited']} ${orRelease('If no environment has applied it yet', 'migrations/007_orders.sql')}`,
  },
  'migration-edited-cosmetic': {
    source: 'history',
    severity: 'warn',
    title: 'Comments or white space of an existing migration are edited',
    why: 'The statements are the same, so no schema differs; but tools that keep a checksum of the file refuse the next deploy where it has been applied.',
    help: 'Put the file back as it was, unless the tool keeps no checksum.',
  },
  'migration-edited-down': {
    source: 'history',
    severity: 'info',
    title: 'The down script of an existing migration is edited',
    why: 'The up script is the same, so no schema differs. The next rollback runs the new text.',
    help: 'Nothing, if the new down script undoes the up script that the environments have applied.',
  },
  'migration-deleted': {
    source: 'history',
    severity: 'block',
    title: 'An existing migration is deleted',
    why: 'Environments that have applied it keep what it did, and tools that compare the history with the files refuse to go on. Fresh databases never get it.',
    help: `${MEND['migration-deleted']} ${orRelease('If no environment has applied it yet, or old files are being squashed', 'migrations/007_orders.sql')}`,
  },
  'migration-renamed': {
    source: 'history',
    severity: 'block',
    title: 'An existing migration is renamed',
    why: 'Where the history records the name: if it has been applied under the old one, it is missing, and under the new one it would run once more. `info` where the history does not notice: it records the version alone, or the folder moved and the name in it stays.',
    help: `${MEND['migration-renamed']} ${orRelease('If no environment has applied it yet', 'migrations/008_orders.sql')}`,
  },
  'migration-ignored': {
    source: 'history',
    severity: 'block',
    title: 'The migration tool will silently ignore this file',
    why: 'It lies among the migrations and looks like one, but its name or place is not what the tool reads: it would never run, and nobody would be told.',
    help: 'Give it a name that the tool reads, or move it out of the folder.',
  },
  'migration-out-of-order': {
    source: 'history',
    severity: 'block',
    title: 'A new migration sorts before one that is already on the base branch',
    why: 'Where the newer one has been applied, some tools refuse the older one and others skip it silently; and the order on a fresh database is another than in production.',
    help: 'Rename the file so that it comes last.',
  },
  'duplicate-version': {
    source: 'history',
    severity: 'block',
    title: 'Two migrations have the same version',
    why: 'Tools that record the version alone run one of them and take the other for applied; which one depends on the tool.',
    help: 'Give the new one a version of its own.',
  },
  'version-gap': {
    source: 'history',
    severity: 'info',
    title: 'A number is left out',
    why: 'No tool minds, but a gap often means that a file was forgotten, or waits on another branch and will come out of order.',
    help: 'Check that no migration is missing.',
  },
  'mixed-naming': {
    source: 'history',
    severity: 'info',
    title: 'Timestamps and sequence numbers are mixed',
    why: 'Every timestamp sorts after every sequence number: the next numbered file would come out of order.',
    help: "Name the file as the directory's other files are named.",
  },
  'ambiguous-order': {
    source: 'history',
    severity: 'warn',
    title: 'Names that sort differently as numbers and as text',
    why: 'As numbers 9 comes before 10, as text after it: psql scripts, editors and other tools would run the files in another order.',
    help: 'Give all versions the same number of digits, with leading zeros, as long as none of them is applied.',
  },
} as const satisfies RuleEntries;
