import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What servers leave on the machine: directories, and processes that name them or work in them. */

/** The directories of servers that the process `pid` started, of any that are there. */
export function directoriesOf(pid: number): readonly string[] {
  return [...new Set(['/dev/shm', tmpdir()])].flatMap((parent) =>
    (existsSync(parent) ? readdirSync(parent) : [])
      .filter((name) => /^lockstep-[0-9a-f]{8}-/.test(name) && name.split('-')[2] === String(pid))
      .map((name) => join(parent, name)),
  );
}

/** The commands of processes that have to do with a path. Empty where there is no /proc. */
export function processesAt(part: string): readonly string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const at = readlinkSync(`/proc/${pid}/cwd`);
      return command.includes(part) || at.includes(part) ? [`${pid}: ${command}`] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until a condition holds; false when the time is over. */
export async function eventually(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
