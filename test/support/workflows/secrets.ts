import type { Scope } from '../actions/expressions.ts';
import { textMap } from '../actions/expressions.ts';
import type { EnvironmentSetup, FileContext } from './scope.ts';
import { get, mapping, scalar } from './tokens.ts';
import type { JobFile } from './workflow-file.ts';

/** Which secrets a job sees. Names know no case. */

type Secrets = Readonly<Record<string, string>>;

export function upperCase(secrets: Secrets): Secrets {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name.toUpperCase(), value]));
}

/**
 * Those of the file, and those of the job's environment. In a called workflow that was handed its secrets one by one, an
 * environment changes those, and brings no others (actions/runner#1490).
 */
export function secretsOf({ secrets, open }: FileContext, environment: EnvironmentSetup | undefined): Secrets {
  const own = Object.entries(upperCase(environment?.secrets ?? {}));
  return { ...secrets, ...Object.fromEntries(own.filter(([name]) => open || name in secrets)) };
}

/** What a calling job hands over. */
export function handedOver(job: JobFile, file: FileContext, scope: Scope): Pick<FileContext, 'secrets' | 'open'> {
  const given = get(job.token, 'secrets');
  if (mapping(given) === undefined && scalar(given)?.toString() === 'inherit')
    return { secrets: file.secrets, open: file.open };
  return { secrets: upperCase(textMap(mapping(given), scope)), open: false };
}
