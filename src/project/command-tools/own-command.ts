import { fileName } from '../layouts/names.ts';
import type { CommandTool } from './command-tool.ts';

/**
 * Any other tool: `apply_command` says how it is started, and `history` or `status_command` what is applied. A migration is
 * known by its file's name, its path below the folder without the ending, or the number that it begins with.
 */
export const ownCommand: CommandTool = {
  name: 'command',
  title: 'your command',
  marks: [],
  places: ['migrations', 'db/migrations', 'db/migrate', 'src/migrations', 'database/migrations'],
  isMigration: (path) => !fileName(path).startsWith('.') && !/\.(?:md|txt|lock|json|toml|ya?ml|d\.ts)$/i.test(path),
  speaks: /^/,
  read: (path) => {
    const [, version = path] = /^(?:\w*?)(\d+)/.exec(fileName(path)) ?? [];
    return { id: path.replace(/\.\w+$/, ''), version, name: fileName(path) };
  },
  order: 'lexical',
  orderNote: 'Migrations are taken to run by their path, as text.',
  identityNote: 'The history knows a migration as `history.id_format` says.',
  history: undefined,
  applyCommand: () => undefined,
  rollbackCommand: () => undefined,
};
