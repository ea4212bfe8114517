import { shorten } from '../shorten.ts';
import type { Deployment } from './model.ts';
import { merged, readDeployment } from './state.ts';

/** What a job starts from: what it knows by itself, and what the jobs before it have told. Pure. */

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
}

export function beginDeployment({ repository, commit, given = '', subject, author, database }: About): Beginning {
  const lines = given.split('\n').filter((line) => line.trim() !== '');
  const told = lines.flatMap((line) => readDeployment(line) ?? []);
  const own: Deployment[] =
    repository === undefined || commit === undefined
      ? []
      : [
          {
            v: 1,
            repository: shorten(repository, 200),
            commit,
            ...(subject === undefined ? {} : { title: shorten(subject, 300) }),
            ...(author === undefined ? {} : { author: shorten(author, 200) }),
            ...(database === undefined ? {} : { database: shorten(database, 200) }),
            stages: [],
          },
        ];
  const [first, ...others] = [...own, ...told.filter((one) => commit === undefined || one.commit === commit)];
  return {
    deployment: first === undefined ? undefined : merged(first, ...others),
    unreadable: lines.length - told.length,
  };
}
