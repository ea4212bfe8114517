import { fileName } from './names.ts';

/** Tools whose projects Lockstep recognises and does not read, so that it can say so instead of finding nothing. */
interface Foreign {
  readonly tool: string;
  readonly shows: (paths: readonly string[]) => boolean;
  /** What there is to say instead of that it is not read. */
  readonly message?: string;
}

const FOREIGN: readonly Foreign[] = [
  {
    tool: 'Prisma 8',
    shows: (paths) =>
      paths.some((path) => /^prisma-next\.config\.[cm]?[jt]s$/.test(fileName(path))) ||
      (has(paths, 'migration.json') && has(paths, 'ops.json')),
    message:
      'This is a project of Prisma 8, which migrates by contracts and a marker in the database: there is no SQL of its own for Lockstep to run.',
  },
  { tool: 'Diesel', shows: (paths) => has(paths, 'up.sql') },
  { tool: 'Sqitch', shows: (paths) => has(paths, 'sqitch.plan') },
];

/** Files outside of the migrations folder that show such a tool, by their names at a project's root. */
export const FOREIGN_MARKS: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map(
  (ending) => `prisma-next.config.${ending}`,
);

/** The tool that a project without readable migrations seems to belong to. */
export function foreignTool(paths: readonly string[]): Pick<Foreign, 'tool' | 'message'> | undefined {
  return FOREIGN.find(({ shows }) => shows(paths));
}

function has(paths: readonly string[], name: string): boolean {
  return paths.some((path) => fileName(path) === name);
}
