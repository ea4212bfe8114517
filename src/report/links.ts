/** Addresses that a surface may link to. They depend on where a report is shown, so they are no part of it. */
export interface Links {
  /** 'https://github.com/owner/name' */
  readonly repository: string;
  /** The commit whose files are linked to: on a pull request the head of its branch, which people know and which stays. */
  readonly commit: string;
  /** Page of the run that made the report. */
  readonly run?: string | undefined;
}

/** A line of a file, as GitHub addresses it. */
export function lineAddress({ repository, commit }: Links, path: string, line?: number, endLine = line): string {
  const file = path.split('/').map(encodeURIComponent).join('/');
  const lines =
    line === undefined ? '' : endLine === undefined || endLine <= line ? `#L${line}` : `#L${line}-L${endLine}`;
  return `${repository}/blob/${encodeURIComponent(commit)}/${file}${lines}`;
}
