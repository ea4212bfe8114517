import { type GitRepo, gitRepo } from '../git-repo.ts';

/** A small project, and what a branch does to it: for runs of the action that are not about migrations. */

export const users = { 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' };

export const orders = {
  'migrations/002_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n-- Rollback\n-- DROP TABLE orders;\n',
};

/** The project, and a branch `change` with `files`. */
export function changed(
  files: Readonly<Record<string, string | null>> = orders,
  base: Readonly<Record<string, string>> = users,
): GitRepo {
  const repo = gitRepo(base);
  repo.branch('change');
  repo.commit('change', files);
  return repo;
}
