/** Which majors of Postgres there are for us. */

/** The majors that Lockstep's own tests run on. */
const TESTED = { from: 15, to: 18 } as const;

/** What a rehearsal runs on when nobody names a major. */
export const NEWEST_TESTED = TESTED.to;

/** DROP DATABASE ... WITH (FORCE) and much of the catalog that we read came with it. */
export const OLDEST_POSSIBLE = 13;

export interface ServerVersion {
  readonly major: number;
  /** '15.18', '19beta1' */
  readonly text: string;
}

/** Reads 'postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)' and server_version alike. */
export function parseVersion(said: string): ServerVersion | undefined {
  const [, text, major] = said.match(/(?:^|\s)((\d+)(?:\.\d+|beta\d+|rc\d+|devel)\S*)/) ?? [];
  return text === undefined ? undefined : { major: Number(major), text };
}

/** A warning about a major that we do not test; undefined: we do. */
export function untestedNotice(major: number): string | undefined {
  if (major >= TESTED.from && major <= TESTED.to) return undefined;
  return `Postgres ${major} is not among the majors that Lockstep is tested with (${TESTED.from} to ${TESTED.to}): it may work.`;
}
