/** A migration's file that is yet to be written, for a suggestion: how its tool marks what stands in it. */
export interface NewFile {
  readonly path: string;
  /** Each with its `;`. */
  readonly statements: readonly string[];
  /** They refuse a transaction. */
  readonly alone: boolean;
  /** The way back stands in the same file. */
  readonly hasDown: boolean;
}

/** In the place of a way back, which only its author can divide. */
export const WAY_BACK = '-- what takes this back';

/** Where the tool has no marks of its own, or none that this file needs. */
export function plainFile({ statements, hasDown }: NewFile): string {
  return [...statements, ...(hasDown ? ['', `${WAY_BACK}, where it stands now`] : [])].join('\n');
}

/** How a file says that its statements refuse a transaction, where the tool itself has no word for it. */
export const ALONE_NOTE = 'marked with `-- lockstep: no-transaction`';
