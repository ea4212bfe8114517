import { withoutComments } from '../comments.ts';
import { crc32 } from '../crc32.ts';
import { noTransactionMarker, saysNoTransaction } from '../directives.ts';
import { LineIndex } from '../place.ts';
import { valueFor } from '../placeholders.ts';
import { type Source, wholeScript } from '../source.ts';
import { parseScript, type Statement } from '../sql.ts';
import { cannotRunInTransaction, mayLeaveTransaction } from '../transaction.ts';
import type { Directives, Execution, RepoFile, SectionProblem } from '../types.ts';
import { fileName } from './names.ts';

/** What Flyway makes of a script's text. https://github.com/flyway/flyway, internal/sqlscript and internal/resolver. */

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** CRC-32 of all lines without their ends, as a signed number (ChecksumCalculator.java): CRLF and LF are the same. */
export function flywayChecksum(bytes: Buffer): string {
  const text = bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes;
  return String(crc32(text.filter((byte) => byte !== 0x0a && byte !== 0x0d) as Buffer) | 0);
}

/** A repeatable script as its checksum sees it: with its placeholders' values, whose case does not count. */
export function repeatableText(bytes: Buffer, values: Readonly<Record<string, string>>): Buffer {
  const known = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  if (known.size === 0) return bytes;
  return Buffer.from(
    bytes.toString('utf8').replace(PLACEHOLDER, (whole, name: string) => known.get(name.toLowerCase()) ?? whole),
  );
}

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/** Flyway refuses a placeholder that has no value. */
export function missingValues(source: Source, conf: RepoFile | undefined): SectionProblem[] {
  if (!source.text.includes('${') || setting(conf?.bytes.toString('utf8') ?? '', 'placeholderReplacement') === 'false')
    return [];
  const lines = new LineIndex(source.text);
  const code = withoutComments(source.text, source.comments);
  return [...code.matchAll(PLACEHOLDER)].map(({ 0: placeholder, 1: name, index }) => {
    const { line } = lines.place(index);
    const message = `Flyway refuses ${placeholder} without a value: give it one as \`${name}\` in \`rehearsal.placeholders\` of lockstep.yml`;
    return { path: source.path, line, endLine: line, message, help: valueFor(name ?? '') };
  });
}

interface FlywayExecution {
  readonly execution: Execution;
  /** The script's own settings say so: nothing is inferred from its statements. */
  readonly told: boolean;
  readonly problems: Directives['problems'];
  readonly refusals: readonly SectionProblem[];
}

/** `conf`: the text of `V1__x.sql.conf`, '' where there is none. */
export function flywayExecution(
  source: Source,
  conf: string,
  { upOnly = false }: { upOnly?: boolean },
): FlywayExecution {
  const found = { told: false, problems: [] as Directives['problems'][number][], refusals: [] as SectionProblem[] };
  if (saysNoTransaction(source.comments)) return { ...found, execution: 'autocommit' };
  const marker = noTransactionMarker(source.comments, 'up');
  const name = fileName(source.path);
  if (marker) {
    const message = `Flyway does not read this: put \`executeInTransaction=false\` into ${name}.conf, or write \`-- lockstep: no-transaction\` if Lockstep alone runs it`;
    found.problems.push({ line: marker.line, message });
  }
  const told = setting(conf, 'executeInTransaction');
  if (told === 'false') return { ...found, execution: 'autocommit' };
  if (told === 'true') return { ...found, told: true, execution: 'transaction' };
  if (upOnly || !mayLeaveTransaction(source.text)) return { ...found, execution: 'transaction' };
  const statements = parseScript(wholeScript(source)).statements ?? [];
  const code = withoutComments(source.text, source.comments);
  const alone = statements.filter((statement) => isInferred(code, statement));
  const [first] = alone;
  if (first !== undefined && alone.length < statements.length) {
    const message = `Flyway refuses a migration that mixes this with statements of a transaction: split it, or put \`executeInTransaction=false\` into ${name}.conf`;
    const help = 'Make one migration of the statements that refuse a transaction, and one of the others.';
    found.refusals.push({ path: source.path, line: first.line, endLine: first.endLine, message, help });
  }
  for (const statement of statements.filter((one) => cannotRunInTransaction(one) && !alone.includes(one))) {
    const message = `Flyway opens a transaction for this, in which Postgres refuses it: put \`executeInTransaction=false\` into ${name}.conf`;
    found.problems.push({ line: statement.line, message });
  }
  return { ...found, execution: 'transaction' };
}

/** What Flyway itself knows to run without a transaction (PostgreSQLParser.java). */
const INFERRED =
  /^(?:(?:CREATE|DROP) (?:DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER SYSTEM|(?:CREATE|DROP)(?: UNIQUE)? INDEX CONCURRENTLY|REINDEX(?: VERBOSE)? (?:SCHEMA|DATABASE|SYSTEM)|VACUUM|DISCARD ALL)\b/i;

function isInferred(code: string, { start, end }: Statement): boolean {
  return INFERRED.test(code.slice(start, end).trim().replace(/\s+/g, ' '));
}

/** `name=value` of a file of Java properties. */
function setting(conf: string, name: string): string | undefined {
  const [, found] = new RegExp(`^[ \\t]*${name}[ \\t]*[=:][ \\t]*(\\S*)[ \\t]*\\r?$`, 'm').exec(conf) ?? [];
  return found?.toLowerCase();
}
