import { randomBytes } from 'node:crypto';
import { FaultPlan, type Place } from '../fault-plan.ts';
import { startServer } from '../server.ts';
import type { Json } from './document.ts';
import type { Fault } from './faults.ts';
import { minimal } from './minimal.ts';
import { type LoggedRequest, Service } from './service.ts';
import { type Comment, type Comparison, type Identity, type PullRequest, World } from './world.ts';

/**
 * GitHub, as far as Lockstep speaks to it: a server on 127.0.0.1 that remembers what it is told. Every request and every
 * answer is checked against GitHub's official description, and against limits that the description does not state.
 *
 *     const github = await startGithub();
 *     github.pullRequest(42);
 *     // GITHUB_API_URL=github.url, token github.tokens.write, repository github.repository
 *     expect(github.comments(42)).toHaveLength(1);
 *     expect(github.problems).toEqual([]);
 *     await github.close();
 *
 * `problems` names each request that GitHub would have refused for its form, or of which it would silently have ignored a
 * part, and each answer of the stand-in that GitHub would not give. What a test has arranged is no problem: a token that
 * may not write, a pull request that is not there, a planned fault.
 */
export interface GithubStandIn {
  /** What GITHUB_API_URL would hold. */
  readonly url: string;
  /** 'acme/shop' */
  readonly repository: string;
  /**
   * write: a workflow's own token. readOnly: the same in a run for a fork. personal: of the user octocat. otherApp: an
   * app's installation. blind: of a user who cannot see the repository. Every other token is unknown (401).
   */
  readonly tokens: Readonly<Record<'write' | 'readOnly' | 'personal' | 'otherApp' | 'blind', string>>;
  /** In the order of their arrival. Tokens are not in it, only whose they are. */
  readonly requests: readonly LoggedRequest[];
  /** A token like `write` that may no more than `permissions` say: { issues: 'write' }. For the rest it is answered 403. */
  jobToken(permissions: Readonly<Record<string, 'none' | 'read' | 'write'>>): string;
  readonly problems: readonly string[];
  /** Opens a pull request; the commits are made up when they are not given. */
  pullRequest(number: number, about?: Partial<Omit<PullRequest, 'number'>>): PullRequest;
  /** Puts a comment there. By default the workflow's bot has written it. */
  comment(pullRequest: number, body: string, by?: Partial<Pick<Comment, 'login' | 'type' | 'app'>>): number;
  /** What is there now, oldest first. */
  comments(pullRequest: number): readonly Readonly<Comment>[];
  removeComment(id: number): void;
  /** Who has to approve: 'grace', '@dba' for a team. */
  environment(name: string, reviewers: readonly string[]): void;
  file(path: string, content: string): void;
  compare(base: string, head: string, comparison: Comparison): void;
  workflowRun(id: number, about: Readonly<Record<string, Json>>): void;
  /** Everything else that was written: deployments, check runs, statuses, reviews. */
  readonly world: Pick<World, 'deployments' | 'deploymentStatuses' | 'checkRuns' | 'statuses' | 'reviews'>;
  /** Plans a fault for an operation, by GitHub's name of it: fail('issues/create-comment', { kind: 'drop', when: 'after' }). */
  fail(where: string | Place, fault: Fault): void;
  close(): Promise<void>;
}

export interface GithubOptions {
  readonly repository?: string;
  /** Where the API lies on the server: '/api/v3' on GitHub Enterprise Server. */
  readonly basePath?: string;
}

const IDENTITIES = {
  write: { login: 'github-actions[bot]', type: 'Bot', access: 'write' },
  readOnly: { login: 'github-actions[bot]', type: 'Bot', access: 'read' },
  personal: { login: 'octocat', type: 'User', access: 'write' },
  otherApp: { login: 'acme-robot[bot]', type: 'Bot', access: 'write' },
  blind: { login: 'stranger', type: 'User', access: 'none' },
} as const satisfies Record<string, Identity>;

export async function startGithub({
  repository = 'acme/shop',
  basePath = '',
}: GithubOptions = {}): Promise<GithubStandIn> {
  const world = new World(repository);
  const faults = new FaultPlan<Fault>();
  const tokens = { write: '', readOnly: '', personal: '', otherApp: '', blind: '' };
  const identities = new Map<string, Identity>();
  for (const name of Object.keys(tokens) as (keyof typeof tokens)[]) {
    tokens[name] = `ghs_standin${name}${'0'.repeat(20)}`;
    identities.set(tokens[name], IDENTITIES[name]);
  }
  const service = new Service({ world, identities, basePath });
  const { origin, close } = await startServer(service, faults);
  service.origin = origin;

  return {
    url: `${origin}${basePath}`,
    repository,
    tokens,
    requests: service.requests,
    problems: service.problems,
    jobToken(permissions) {
      const token = `ghs_standinjob${randomBytes(12).toString('hex')}`;
      identities.set(token, { ...IDENTITIES.write, permissions });
      return token;
    },
    world,
    pullRequest(number, about = {}) {
      const pull: PullRequest = {
        number,
        title: `Pull request ${number}`,
        author: 'octocat',
        baseSha: 'b'.repeat(40),
        headSha: String(number).padStart(40, 'a'),
        headRef: 'feature',
        headOwner: repository.split('/')[0] ?? '',
        mergeSha: undefined,
        files: [],
        state: 'open',
        locked: false,
        gone: false,
        ...about,
      };
      world.pullRequests.set(number, pull);
      return pull;
    },
    comment(pullRequest, body, { login = IDENTITIES.write.login, app, type } = {}) {
      const kind = type ?? (login.endsWith('[bot]') ? 'Bot' : 'User');
      return world.addComment({ pullRequest, body, login, app, type: kind }).id;
    },
    comments: (pullRequest) => world.comments.filter((each) => each.pullRequest === pullRequest),
    removeComment(id) {
      world.comments = world.comments.filter((each) => each.id !== id);
    },
    environment: (name, reviewers) => void world.environments.set(name, reviewers),
    file: (path, content) => void world.files.set(path, content),
    compare: (base, head, comparison) => void world.comparisons.set(`${base}...${head}`, comparison),
    workflowRun: (id, about) =>
      void world.runs.push({ id, of: '', shape: { ...minimal('workflow-run'), id, ...about } }),
    fail: (where, fault) => faults.add(typeof where === 'string' ? { operation: where } : where, fault),
    close,
  };
}
