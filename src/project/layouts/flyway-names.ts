import type { IgnoredFile, RepoFile } from '../types.ts';
import {
  below,
  compareText,
  compareVersions,
  fileName,
  ignoredFile,
  repairedEnding,
  saidOfAnyTool,
  versionedName,
} from './names.ts';

/**
 * Flyway's names, with its usual prefixes, separator and ending:
 * https://github.com/flyway/flyway, internal/resource/ResourceNameParser.java and api/MigrationVersion.java.
 */
export interface FlywayName {
  /** Versioned, repeatable, undo, baseline. */
  readonly kind: 'V' | 'R' | 'U' | 'B';
  /** As its table has it: '1.2' for `V1_2__x.sql`; '' for a repeatable one. */
  readonly version: string;
  readonly description: string;
}

const NAME = /^([VRUB])((?:(?!__)[^\n])*)(?:__([^\n]*))?\.sql$/;
const VERSION = /^\d+(?:[._]\d+)*$/;

/** undefined: Flyway passes over a file of this name. */
export function flywayName(name: string): FlywayName | undefined {
  const [, kind, version = '', description] = NAME.exec(name) ?? [];
  const isRepeatable = kind === 'R';
  if (kind === undefined || (isRepeatable ? version !== '' || !description : !VERSION.test(version))) return undefined;
  return {
    kind: kind as FlywayName['kind'],
    version: version.replaceAll('_', '.'),
    description: (description ?? '').replaceAll('_', ' '),
  };
}

/** One version is written in several ways: 1, 01 and 1.0 are the same. */
export function sameVersion(version: string): string {
  const parts = version.split(/[._]/).map((part) => String(BigInt(part)));
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop();
  return parts.join('.');
}

/** Versions by their parts, then repeatable ones by what they are called. */
export function compareNames(a: FlywayName, b: FlywayName): number {
  const [first, second] = [a.kind === 'R', b.kind === 'R'];
  if (first !== second) return first ? 1 : -1;
  return first ? compareText(a.description, b.description) : compareVersions(a.version, b.version);
}

/** SQL that Flyway runs at certain moments; none of them is a migration. */
const CALLBACK =
  /^(?:before|after)(?:Baseline|Clean|Connect|CreateSchema|Each|Info|Migrate|Repair|Repeatables|Undo|Validate|Versioned)|^createSchema/;

/** What Flyway passes over in silence although it looks like a migration, and what it runs and Lockstep does not. */
export function passedOver(directory: string, file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] {
  const name = fileName(file.path);
  if (/\.sql\.conf$/.test(name)) return [];
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  if (CALLBACK.test(name)) return [ignoredFile(file, "A callback, which is Flyway's alone: Lockstep does not run it")];
  const suggested = suggestion(name);
  const path = suggested && file.path.slice(0, -name.length) + suggested;
  return [
    ignoredFile(
      file,
      'Flyway runs only files named V<version>__<description>.sql and R__<description>.sql',
      path === undefined || paths.has(path) || below(directory, path) === below(directory, file.path)
        ? undefined
        : path,
    ),
  ];
}

/** 'V2_x.sql' with one underscore, 'v2__x.sql', '2__x.sql', 'V2__x.SQL'. */
function suggestion(name: string): string | undefined {
  const plain = repairedEnding(name) ?? name;
  const repeatable = /^[Rr]_+(.+)$/.exec(plain);
  if (repeatable) return `R__${repeatable[1]}`;
  const { version, rest } =
    versionedName(plain.replace(/^[Vv](?=\d)/, '').replace(/^(\d+(?:[._]\d+)*)__/, '$1 ')) ?? {};
  return version === undefined ? undefined : `V${version}__${rest === 'sql' ? 'migration.sql' : rest}`;
}
