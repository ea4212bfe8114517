import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** Files in which projects keep what is theirs alone on a developer's machine; an earlier one wins. */
const FILES = ['.env.local', '.env'];

/**
 * A variable of a `.env` file in one of the folders, the first one first. Only for targets that the project's settings
 * call development: what is found there must never lead to a real one. undefined: none has it.
 */
export function fromDotenv(folders: readonly string[], variable: string): { value: string; path: string } | undefined {
  for (const folder of new Set(folders)) {
    for (const file of FILES) {
      const path = join(folder, file);
      const value = read(path)?.[variable];
      if (value) return { value, path };
    }
  }
  return undefined;
}

function read(path: string): Readonly<Record<string, string | undefined>> | undefined {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
