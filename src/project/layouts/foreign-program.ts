import { sha256 } from '../source.ts';
import type { Migration, RepoFile } from '../types.ts';

/**
 * A migration that is code, in a tool whose SQL files Lockstep runs: it has its place in the order and in the history, and
 * nothing that Lockstep could run. `tool`: who can.
 */
export function foreignProgram(
  { path, bytes }: RepoFile,
  named: Pick<Migration, 'id' | 'version' | 'name' | 'path'>,
  tool: string,
): Migration {
  const checksum = sha256(bytes);
  const message = `A program, which ${tool} alone can run: write this migration as SQL, or have Lockstep run the command of the project for all of them (\`tool: command\` with \`apply_command\`)`;
  const help =
    'Write it as SQL, or set `tool: command` and `apply_command` in lockstep.yml: then the command runs all of them.';
  return {
    ...named,
    up: { path, text: '', program: checksum },
    down: undefined,
    checksum,
    execution: 'transaction',
    alwaysWrapped: true,
    directives: { noTransaction: false, problems: [] },
    sectionProblems: [{ path, line: 1, endLine: 1, message, help }],
  };
}
