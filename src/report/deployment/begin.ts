import { shorten } from '../shorten.ts';
import type { Deployment } from './model.ts';
import { isSameDeployment, merged, readDeployment } from './state.ts';

/** What a job starts from: what it knows by itself, and what the jobs before it have told. Pure. */

/** GitHub's own words: 'Merge pull request #12 from ...', and 'Add orders (#12)' of a squash or rebase. */
export function pullRequestIn(subject: string): number | undefined {
  const [, merged, squashed] = /^Merge pull request #(\d{1,9})\b|\(#(\d{1,9})\)$/.exec(subject) ?? [];
  const number = Number(merged ?? squashed ?? 0);
  return number > 0 ? number : undefined;
}

interface About {
  /** 'acme/shop' and the commit that is deployed: undefined outside GitHub Actions. */
  readonly repository: string | undefined;
  readonly commit: string | undefined;
  /** The outputs of the jobs before, a line each. */
  readonly given: string | undefined;
  readonly subject?: string | undefined;
  readonly author?: string | undefined;
  readonly database?: string | undefined;
}

interface Beginning {
  /** undefined: there is nothing to tell about, since not even the commit is known. */
  readonly deployment: Deployment | undefined;
  /** How many of the lines are no deployment. */
  readonly unreadable: number;
  /** How many are of another commit or database: they are told for themselves. */
  readonly others: number;
}

export function beginDeployment({ repository, commit, given = '', subject, author, database }: About): Beginning {
  const lines = given.split('\n').filter((line) => line.trim() !== '');
  const told = lines.flatMap((line) => readDeployment(line) ?? []);
  const pullRequest = subject === undefined ? undefined : pullRequestIn(subject);
  const own: Deployment[] =
    repository === undefined || commit === undefined
      ? []
      : [
          {
            v: 1,
            repository: shorten(repository, 200),
            commit,
            ...(subject === undefined ? {} : { title: shorten(subject, 300) }),
            ...(pullRequest === undefined ? {} : { pullRequest }),
            ...(author === undefined ? {} : { author: shorten(author, 200) }),
            ...(database === undefined ? {} : { database: shorten(database, 200) }),
            stages: [],
          },
        ];
  const [first, ...others] = [...own, ...told];
  if (first === undefined) return { deployment: undefined, unreadable: lines.length, others: 0 };
  const same = others.filter((one) => isSameDeployment(first, one));
  return {
    deployment: merged(first, ...same),
    unreadable: lines.length - told.length,
    others: others.length - same.length,
  };
}
