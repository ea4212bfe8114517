import { LockstepError } from '../../errors.ts';

/** A URL that cannot be used. `what` never holds a part of it: what looks like a host may be a password. */
export function invalidUrl(what: string, hint: string): LockstepError {
  return new LockstepError('target-url-invalid', `database_url cannot be used: ${what}`, { hint });
}

export const URL_FORM = 'Write it like this:\n  postgres://user:password@host:5432/database?sslmode=require';

export function unencoded(): LockstepError {
  return invalidUrl(
    'a special character in it is not percent-encoded',
    `In the user and the password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40, : as %3A and a space as %20. ${URL_FORM}`,
  );
}
