import type { JsonObject } from './document.ts';
import { minimal } from './minimal.ts';

/** What the stand-in remembers: plain state, and GitHub's view of it (the shapes of its answers). */

/** Whose a token is, and what it may. */
export interface Identity {
  readonly login: string;
  /** Bot: an app's installation; GITHUB_TOKEN is one of the app github-actions. */
  readonly type: 'User' | 'Bot';
  /** none: GitHub hides the repository. */
  readonly access: 'write' | 'read' | 'none';
  /** By scope; undefined: all that `access` gives. */
  readonly permissions?: Readonly<Record<string, 'none' | 'read' | 'write'>>;
}

export interface Comment {
  readonly id: number;
  readonly pullRequest: number;
  readonly login: string;
  readonly type: 'User' | 'Bot';
  /** Slug of the app that wrote it, where GitHub tells. */
  readonly app: string | undefined;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  /** How often it was written over. */
  edits: number;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly baseSha: string;
  readonly headSha: string;
  /** The branch, and whose repository it is in. */
  readonly headRef: string;
  readonly headOwner: string;
  readonly mergeSha: string | undefined;
  readonly files: readonly ChangedFile[];
  state: 'open' | 'closed';
  locked: boolean;
  /** Issues are switched off for the repository, or the conversation was deleted. */
  gone: boolean;
}

interface ChangedFile {
  readonly filename: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  readonly patch?: string;
}

export interface Comparison {
  readonly status: 'diverged' | 'ahead' | 'behind' | 'identical';
  readonly aheadBy: number;
  readonly behindBy: number;
  readonly files?: readonly ChangedFile[];
}

/** A record that GitHub only hands back: deployments and their statuses, check runs, commit statuses, workflow runs. */
interface Entry {
  readonly id: number;
  /** What it belongs to: a commit, or the id of a deployment. */
  readonly of: string;
  shape: JsonObject;
}

export class World {
  /** 'owner/name' */
  readonly repository: string;
  readonly pullRequests = new Map<number, PullRequest>();
  comments: Comment[] = [];
  readonly files = new Map<string, string>();
  /** Who may approve, by the environment's name: 'grace', and '@dba' for a team. */
  readonly environments = new Map<string, readonly string[]>();
  readonly comparisons = new Map<string, Comparison>();
  readonly deployments: Entry[] = [];
  readonly deploymentStatuses: Entry[] = [];
  readonly checkRuns: Entry[] = [];
  readonly statuses: Entry[] = [];
  readonly runs: Entry[] = [];
  readonly reviews: Entry[] = [];
  #lastId = 1_000;

  constructor(repository: string) {
    this.repository = repository;
  }

  /** Ids grow, as GitHub's do. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  addComment(comment: Omit<Comment, 'id' | 'createdAt' | 'updatedAt' | 'edits'>): Comment {
    const at = now();
    const added = { ...comment, id: this.nextId(), createdAt: at, updatedAt: at, edits: 0 };
    this.comments.push(added);
    return added;
  }
}

/** GitHub's clock has whole seconds. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

export function userShape(login: string, type: 'User' | 'Bot'): JsonObject {
  return { ...minimal('simple-user'), login, type };
}

/** Where the repository's things are on the web. */
export function webUrl({ repository }: World, path: string): string {
  return `https://github.example/${repository}/${path}`;
}

/** Of an open one the commit is a trial. */
const MERGED_AT = '2026-01-01T00:00:00Z';

export function pullRequestShape(
  world: World,
  pull: PullRequest,
  schema: 'pull-request' | 'pull-request-simple',
): JsonObject {
  const least = minimal(schema);
  const end = (key: 'base' | 'head', sha: string): JsonObject => ({ ...(least[key] as JsonObject), sha });
  return {
    ...least,
    number: pull.number,
    title: pull.title,
    state: pull.state,
    locked: pull.locked,
    html_url: webUrl(world, `pull/${pull.number}`),
    user: userShape(pull.author, 'User'),
    base: end('base', pull.baseSha),
    head: {
      ...end('head', pull.headSha),
      ref: pull.headRef,
      label: `${pull.headOwner}:${pull.headRef}`,
      user: userShape(pull.headOwner, 'User'),
    },
    merge_commit_sha: pull.mergeSha ?? null,
    merged_at: pull.state === 'closed' && pull.mergeSha !== undefined ? MERGED_AT : null,
    ...(schema === 'pull-request' ? { merged: pull.mergeSha !== undefined, changed_files: pull.files.length } : {}),
  };
}

export function fileShape({ filename, status, patch }: ChangedFile): JsonObject {
  return { ...minimal('diff-entry'), filename, status, ...(patch === undefined ? {} : { patch }) };
}
