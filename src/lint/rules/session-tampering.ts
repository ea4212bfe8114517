import type { Finding } from '../../report/model.ts';
import { callsOf } from '../commands.ts';
import { finding, placeOf } from '../finding.ts';
import { settingChanges } from '../setting-changes.ts';
import type { Command, ReadScript } from '../types.ts';

/** What would let go of the deploy's lock, or change who the rest of the deploy runs as. */
export function sessionTampering({ script: { path }, commands }: ReadScript): Finding[] {
  return commands.flatMap((command) => {
    const message = tampering(command);
    if (message === undefined) return [];
    const where = command.inside === undefined ? '' : ` (in ${command.inside})`;
    return [
      finding('session-tampering', {
        ...placeOf(path, command.statement),
        line: command.line,
        ...(command.inside === undefined ? {} : { column: undefined }),
        message: `${message}${where}.`,
      }),
    ];
  });
}

function tampering(command: Command): string | undefined {
  if (command.kind === 'DiscardStmt') {
    return command.tree.target === 'DISCARD_ALL'
      ? 'DISCARD ALL lets go of the lock that keeps other deploys out'
      : undefined;
  }
  const [unlock] = callsOf(command, /^pg_advisory_unlock/);
  if (unlock) return `${unlock.name}() can let go of the lock that keeps other deploys out`;
  const changes = settingChanges(command);
  if (changes.some(({ name }) => name === undefined)) {
    return 'UPDATE pg_settings without `name = ...` changes settings that cannot be told from the text';
  }
  const encoding = changes.find(({ name }) => name === 'client_encoding');
  if (encoding && !/^utf-?8$|^unicode$/i.test(encoding.value ?? 'utf8')) {
    return 'SET client_encoding changes how the rest of the file, and what records it, is read: files are UTF-8';
  }
  const authorization = changes.find(({ name }) => name === 'session_authorization');
  if (authorization && (authorization.value ?? 'default') !== 'default') {
    return 'SET SESSION AUTHORIZATION changes who everything after it runs as';
  }
  return authorization?.computed ? 'The session authorization is changed to a computed name' : undefined;
}
