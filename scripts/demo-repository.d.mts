export interface PullRequest {
  /** The folder's name, and the branch's. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly expect: 'passed' | 'blocked';
  /** From the old path to the new one. */
  readonly renames?: Readonly<Record<string, string>>;
}

export function readPullRequests(example: string): PullRequest[];
export function buildRepository(example: string, directory: string): void;
