import { rm } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { LockstepError } from '../errors.ts';
import { type ProcessResult, runProcess } from '../services/process.ts';
import { checkoutOf, notOwnCheckout } from './checkout-root.ts';
import { type Commit, parseCommit } from './git-commit.ts';
import { gitFailed, gitMissing, unknownRef } from './git-errors.ts';
import { GitObjects } from './git-objects.ts';

/** git's variables that would lead it to another repository or change what it answers: a hook sets some of them. */
const MISLEADING =
  /^GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|INDEX_VERSION|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE|GRAFT_FILE|NAMESPACE|PREFIX|REPLACE_REF_BASE|NO_REPLACE_OBJECTS|(?:GLOB|NOGLOB|ICASE)_PATHSPECS|EXTERNAL_DIFF|TRACE\w*)$/;

/**
 * For every call. What a commit can bring must not become a repository (git since 2.38; inside Actions checkout-root.ts sees
 * to it in any case), and no configuration makes git start a program of its choosing.
 */
const ALWAYS = [
  ['core.quotepath', 'off'],
  ['safe.bareRepository', 'explicit'],
  ['protocol.ext.allow', 'never'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

interface GitRunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Configuration for this call, by environment: it may be secret, and everybody can read a command line. */
  readonly secretConfig?: readonly (readonly [key: string, value: string])[];
}

interface GitOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * A workflow's workspace. A checkout in it is trusted whoever owns it (in a job with `container:` that is another user),
   * and a folder in it is taken for no other repository than the checkout that a step has made.
   */
  readonly workspace?: string | undefined;
}

/** The git binary in one repository. Never prompts, never writes to the index. */
export class Git {
  /** Absolute path of the working tree's root. */
  readonly root: string;
  /** The folder Lockstep was started in, relative to the root: '' or 'packages/api'. */
  readonly prefix: string;
  /** Where HEAD stood when the repository was opened. undefined: there were no commits. */
  readonly head: string | undefined;
  readonly #env: Readonly<Record<string, string>>;
  readonly #config: readonly string[];
  /** Ends whatever git is doing. */
  readonly signal: AbortSignal | undefined;
  readonly objects: GitObjects;

  private constructor(
    place: { readonly root: string; readonly prefix: string; readonly head?: string | undefined },
    env: Readonly<Record<string, string>>,
    config: readonly string[],
    signal: AbortSignal | undefined,
  ) {
    this.root = place.root;
    this.prefix = place.prefix;
    this.head = place.head;
    this.#env = env;
    this.#config = config;
    this.signal = signal;
    const args = ['-C', this.root, ...config];
    this.objects = new GitObjects({
      args,
      env,
      signal,
      failed: (end) => ('stderr' in end ? gitFailed(['cat-file'], this.root, end.stderr) : gitMissing(end.cause)),
    });
  }

  /**
   * Finds the repository that holds a folder. Throws `git-missing`, `git-not-a-repository`, `git-dubious-ownership`,
   * `git-other-repository`, `directory-missing`.
   * When `signal` aborts, whatever git is doing ends, and this and all other methods reject with its reason.
   */
  static async open(
    directory: string,
    env: Readonly<Record<string, string>>,
    { signal, workspace }: GitOptions = {},
  ): Promise<Git> {
    const checkout = workspace === undefined ? undefined : checkoutOf(workspace, directory);
    const start = { root: checkout?.root ?? resolve(directory), prefix: '' };
    // git honours it on its command line since 2.38; an older one goes on to refuse, and the error tells what to do.
    const config = [...ALWAYS, ...(checkout === undefined ? [] : trusting(checkout.root))];
    const git = new Git(start, saneEnvironment(env), config, signal);
    const { head, prefix, root } = await git.#place();
    if (checkout === undefined) return new Git({ root, prefix, head }, git.#env, config, signal);
    if (root !== checkout.root) throw notOwnCheckout(checkout.root, `git finds the repository of ${root} there`);
    for (const outer of checkout.around) {
      if (await git.tracks(outer, root)) throw notOwnCheckout(root, `it is part of what ${outer} has committed`);
    }
    return new Git({ ...checkout, head }, git.#env, config, signal);
  }

  /** By one call of git. Where there is no commit yet, --revs-only ends all output. */
  async #place(): Promise<{ readonly head: string | undefined; readonly prefix: string; readonly root: string }> {
    const ask = async (...first: string[]): Promise<string> =>
      (await this.run(['rev-parse', ...first, '--show-prefix', '--show-toplevel'])).stdout.toString('utf8');
    const output = (await ask('--revs-only', 'HEAD^{commit}')) || (await ask());
    // A commit, a folder that ends with '/' or nothing, and a path, which may hold anything.
    const [, head, prefix = '', root = ''] =
      /^(?:([0-9a-f]{40,})\r?\n)?([^\n]*?)\/?\r?\n(.*?)\r?\n?$/s.exec(output) ?? [];
    return { head, prefix, root };
  }

  /** The same repository, in whose calls `signal` ends what git is doing, as the signal of before does. */
  within(signal: AbortSignal): Git {
    const signals = this.signal === undefined ? [signal] : [this.signal, signal];
    return new Git(this, this.#env, this.#config, AbortSignal.any(signals));
  }

  /**
   * Whether a checkout has committed something at or below a path in it, or a link or submodule above: something there
   * would be a commit's, not a step's. Both without symbolic links, and in the workspace.
   */
  async tracks(checkout: string, path: string): Promise<boolean> {
    const args = ['ls-files', '--stage', '-z'];
    const { exitCode, stdout, stderr } = await this.try([...trusting(checkout), '-C', checkout, ...args]);
    if (exitCode !== 0) throw gitFailed(args, checkout, stderr);
    const wanted = folded(relative(checkout, path).split(sep).join('/'));
    return stdout
      .toString('utf8')
      .split('\0')
      .some((entry) => {
        const name = folded(entry.slice(entry.indexOf('\t') + 1));
        return name !== '' && (wanted === '' || `${name}/`.startsWith(`${wanted}/`) || wanted.startsWith(`${name}/`));
      });
  }

  /** Runs git; throws a LockstepError unless it ends with 0. */
  async run(args: readonly string[], options: GitRunOptions = {}): Promise<ProcessResult> {
    const result = await this.try(args, options);
    if (result.exitCode !== 0) throw gitFailed(args, this.root, result.stderr);
    return result;
  }

  /** Runs git whatever its exit status; throws only when it cannot be started or the signal aborts. */
  async try(args: readonly string[], { input, timeoutMs, secretConfig }: GitRunOptions = {}): Promise<ProcessResult> {
    try {
      return await runProcess('git', ['-C', this.root, ...this.#config, ...args], {
        env: secretConfig === undefined ? this.#env : withConfig(this.#env, secretConfig),
        ...(input === undefined ? {} : { input }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(this.signal === undefined ? {} : { signal: this.signal }),
      });
    } catch (error) {
      this.signal?.throwIfAborted();
      throw gitMissing(error);
    }
  }

  /** Writes a commit's files into an empty folder (absolute), by an index of its own beside it, which is removed. */
  async writeTree(commit: string, folder: string): Promise<void> {
    const index = `${folder}.index`;
    const git = new Git(this, { ...this.#env, GIT_INDEX_FILE: index }, this.#config, this.signal);
    try {
      await git.run(['read-tree', commit]);
      await git.run(['checkout-index', '--all', `--prefix=${folder}/`]);
    } finally {
      await rm(index, { force: true });
    }
  }

  /** The sha of a commit, branch (also of the remote's) or tag; undefined when there is none here. Throws `git-invalid-ref`. */
  async resolve(ref: string): Promise<string | undefined> {
    // A ref may come from a pull request: one that begins with '-' would be read as an option.
    if (/^-|^\s*$|\p{Cc}/u.test(ref)) {
      throw new LockstepError('git-invalid-ref', `${JSON.stringify(ref)} is no name of a commit, branch or tag.`, {
        hint: 'Name a branch, a tag or a sha.',
      });
    }
    const here = await this.#verify(ref);
    // 'HEAD~1' and the like are no branches: the remote's must not answer for ours.
    if (here !== undefined || /^(?:HEAD|FETCH_HEAD|refs\/.*)$|[\^~:@{}]/.test(ref)) return here;
    return this.#verify(`refs/remotes/${(await this.remote()) ?? 'origin'}/${ref}`);
  }

  async #verify(ref: string): Promise<string | undefined> {
    // A running git has read for good where a shallow history ends, which is what 'HEAD~1' and the like depend on.
    if (/^[\w./-]+$/.test(ref)) return (await this.objects.read(`${ref}^{commit}`))?.oid;
    const { exitCode, stdout, stderr } = await this.try(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    if (exitCode === 0) return stdout.toString('utf8').trim();
    if (/dubious ownership/.test(stderr)) throw gitFailed(['rev-parse'], this.root, stderr);
    return undefined;
  }

  /** As `resolve`; throws `git-unknown-ref`. */
  async commit(ref: string): Promise<string> {
    const sha = await this.resolve(ref);
    if (sha === undefined) throw unknownRef(ref);
    return sha;
  }

  /** The branch HEAD stands on; undefined when it is detached. */
  async currentBranch(): Promise<string | undefined> {
    const { exitCode, stdout } = await this.try(['symbolic-ref', '--quiet', '--short', 'HEAD']);
    return exitCode === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  /** 'origin/main': what the remote calls its default branch, where the clone knows it. */
  async defaultBranch(): Promise<string | undefined> {
    const { exitCode, stdout } = await this.try(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']);
    return exitCode === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  /** As the commit itself says: in a shallow clone its parents need not be here. Throws `git-failed` when it is not here. */
  async read(sha: string): Promise<Commit> {
    const object = await this.objects.read(`${sha}^{commit}`);
    if (object === undefined) throw gitFailed(['cat-file', 'commit', sha], this.root, `${sha} is not here`);
    return parseCommit(object.bytes);
  }

  async parents(sha: string): Promise<readonly string[]> {
    return (await this.read(sha)).parents;
  }

  /** The tree without files, which git knows everywhere; its name goes by the repository's hash. */
  async emptyTree(): Promise<string> {
    return (await this.run(['hash-object', '-t', 'tree', '--stdin'])).stdout.toString('utf8').trim();
  }

  async isShallow(): Promise<boolean> {
    return (await this.run(['rev-parse', '--is-shallow-repository'])).stdout.toString('utf8').trim() === 'true';
  }

  /** A best common ancestor, from the history that is here; undefined when it shows none. */
  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const result = await this.try(['merge-base', a, b]);
    if (result.exitCode === 0) return result.stdout.toString('utf8').trim();
    if (result.exitCode === 1) return undefined;
    throw gitFailed(['merge-base'], this.root, result.stderr);
  }

  /** 'origin', else the only remote there is. */
  async remote(): Promise<string | undefined> {
    const names = (await this.run(['remote'])).stdout.toString('utf8').split('\n').filter(Boolean);
    return names.includes('origin') ? 'origin' : names.length === 1 ? names[0] : undefined;
  }
}

function trusting(folder: string): readonly string[] {
  return ['-c', `safe.directory=${folder}`];
}

/** macOS's file system knows no difference between these. */
function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** https://git-scm.com/docs/git-config#ENVIRONMENT (git 2.31); what is there already stays. */
function withConfig(
  env: Readonly<Record<string, string>>,
  entries: NonNullable<GitRunOptions['secretConfig']>,
): Record<string, string> {
  const before = Number.parseInt(env.GIT_CONFIG_COUNT ?? '', 10) || 0;
  const added = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { ...env, ...Object.fromEntries(added), GIT_CONFIG_COUNT: String(before + entries.length) };
}

function saneEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !MISLEADING.test(name))),
    // Messages are read by us, paths are taken literally, and a check must not disturb a commit that is under way.
    LC_ALL: 'C',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    // It wins over core.sshCommand, by which actions/checkout names its key. In a job there is nobody to ask anyway.
    ...(env.GITHUB_ACTIONS === 'true' ? {} : { GIT_SSH_COMMAND: env.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes' }),
  };
}
