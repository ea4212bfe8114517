import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from './environment.ts';

/** Where ready base schemas are kept unless told otherwise. */
export function defaultCacheDirectory(env: Environment): string {
  return join(userCache(env), 'lockstep', 'bases');
}

/** Where downloaded programs are kept unless told otherwise. */
export function defaultToolDirectory(env: Environment, isRoot = process.getuid?.() === 0): string {
  const runnerCache = env.RUNNER_TOOL_CACHE;
  const directory = runnerCache ? join(runnerCache, 'lockstep') : join(userCache(env), 'lockstep', 'tools');
  // As root we run Postgres as another user, who must get to its programs: /root is closed to everybody else.
  return isRoot && !openToAll(directory) ? '/var/cache/lockstep' : directory;
}

/** Where runs that look at a target leave their logs. */
export function defaultLogDirectory(env: Environment): string {
  const temporary = env.RUNNER_TEMP;
  if (env.GITHUB_ACTIONS === 'true' && temporary) return join(temporary, 'lockstep', 'logs');
  const home = env.HOME || homedir();
  const state = env.XDG_STATE_HOME || join(home, process.platform === 'darwin' ? 'Library/Logs' : '.local/state');
  return join(state, 'lockstep', 'logs');
}

function userCache(env: Environment): string {
  const home = env.HOME || homedir();
  return env.XDG_CACHE_HOME || join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache');
}

/** Every directory on the way that exists can be passed by other users. */
function openToAll(directory: string): boolean {
  const stats = statSync(directory, { throwIfNoEntry: false });
  const passable = stats === undefined || (stats.mode & 0o001) !== 0;
  const parent = dirname(directory);
  return passable && (parent === directory || openToAll(parent));
}
