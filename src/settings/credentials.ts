/** What a connection URL holds. */
interface Credentials {
  /** As they stand there and decoded. */
  readonly passwords: readonly string[];
  /** `user:password`, which an Authorization header carries in base64. */
  readonly pairs: readonly string[];
  /** Its user and database: words that a report may well hold. */
  readonly names: readonly string[];
}

/** undefined: no URL with a password, which stands by the userinfo or in libpq's parameter of that name. */
export function credentialsOf(value: string): Credentials | undefined {
  // Read by hand: a password with a '/' or '#' that nobody has encoded makes a URL that no parser takes apart rightly.
  const [, user = '', userinfo] = /^[a-z][a-z0-9+.:-]*:\/\/([^:@/]*):(.*)@[^@]*$/i.exec(value) ?? [];
  const [, parameter] = (/^[a-z][a-z0-9+.:-]*:\/\//i.test(value) && /[?&]password=([^&#]*)/i.exec(value)) || [];
  const passwords = [userinfo, parameter].flatMap((raw) => (raw ? [raw, decoded(raw)] : []));
  if (passwords.length === 0) return undefined;
  const [, database = ''] = /^[^?#]*\/([^/?#]*)/.exec(value) ?? [];
  const [, userParameter = ''] = /[?&]user=([^&#]*)/i.exec(value) ?? [];
  const pairs = userinfo ? [`${user}:${userinfo}`, `${decoded(user)}:${decoded(userinfo)}`] : [];
  return { passwords, pairs, names: [user, userParameter, database].map(decoded) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
