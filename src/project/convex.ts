import { LockstepError } from '../errors.ts';

/**
 * Convex keeps a project's data in a database of its own, whose schema ships with the code: there is no Postgres, and
 * nothing to migrate. `packageJson`: the project's, as text. undefined: it is no such project.
 */
export function convexAnswer(paths: readonly string[], packageJson: string | undefined): LockstepError | undefined {
  const schema = paths.find((path) => /(?:^|\/)convex\/schema\.(?:c|m)?[jt]s$/.test(path));
  if (schema === undefined || !/"convex"\s*:/.test(packageJson ?? '')) return undefined;
  return new LockstepError(
    'nothing-to-migrate',
    `${schema}: this is a Convex project, whose schema ships with its code, so there is nothing to migrate in Postgres.`,
    {
      hint: 'Take Lockstep out of the workflow. If there is a Postgres as well, say in lockstep.yml where its migrations are (`migrations.directory`).',
    },
  );
}
