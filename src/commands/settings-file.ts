import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { LockstepError } from '../errors.ts';
import type { Git } from '../project/git.ts';
import type { Location, Settings } from '../settings/types.ts';
import type { PolicyFile } from './check-policy.ts';

const DEFAULT_CONFIG = 'lockstep.yml';

/** A file's text at base and at head. */
type BothSides = (path: string) => Promise<PolicyFile>;

/** Flyway's own settings, which count beside lockstep.yml where that says `tool: flyway`: where Lockstep was started, else at the root. */
export async function flywayConfFile({ prefix }: Pick<Git, 'prefix'>, bothSides: BothSides): Promise<PolicyFile> {
  const own = prefix === '' ? undefined : await bothSides(`${prefix}/flyway.conf`);
  return own !== undefined && (own.base ?? own.head) !== undefined ? own : bothSides('flyway.conf');
}

/** Whether a text of lockstep.yml, or the command line, may say so. YAML may write it with an escape. */
export function mayNameFlyway(file: PolicyFile, { overrides }: Pick<Settings, 'overrides'>): boolean {
  return overrides.tool === 'flyway' || [file.base, file.head].some((text) => /flyway|\\/.test(text ?? ''));
}

/** Of a project of Flyway's; undefined: it counts. Where the files alone tell that it is Flyway's, it does not, and that is told. */
export function unreadConf(location: Pick<Location, 'tool'>, conf: PolicyFile): string | undefined {
  if (location.tool !== 'auto' || conf.head === undefined) return undefined;
  return `${conf.path} is not read: with \`tool: flyway\` in lockstep.yml its table, schema, locations and placeholders count.`;
}

/**
 * lockstep.yml at both sides. A folder of a larger repository may have its own; one that is new there does not replace the
 * judge that the base has at the root. A file told by `--config` that lies outside the repository is the same for both.
 */
export async function settingsFile({ configPath, cwd }: Settings, git: Git, bothSides: BothSides): Promise<PolicyFile> {
  if (configPath === undefined) {
    const root = await bothSides(DEFAULT_CONFIG);
    const own = git.prefix === '' ? undefined : await bothSides(`${git.prefix}/${DEFAULT_CONFIG}`);
    if (own === undefined || (own.base ?? own.head) === undefined) return root;
    return { path: own.path, base: own.base ?? root.base, head: own.head ?? root.head };
  }
  const inside = isAbsolute(configPath) ? relative(git.root, configPath).split(sep).join('/') : configPath;
  if (!inside.startsWith('../') && !isAbsolute(inside)) {
    const file = await bothSides(inside);
    if ((file.base ?? file.head) !== undefined) return file;
    throw new LockstepError('config-not-found', `there is no ${configPath}: neither at base nor at head`, {
      hint: `Paths are relative to the repository's root (${cwd === git.root ? 'this folder' : git.root}).`,
    });
  }
  try {
    const text = await readFile(configPath, 'utf8');
    return { path: configPath, base: text, head: text };
  } catch (cause) {
    throw new LockstepError('config-not-found', `${configPath} cannot be read`, { cause });
  }
}
