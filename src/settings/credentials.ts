/** An address with a secret in it: a connection URL, or the settings that a driver takes in its place. */
interface Address {
  /** The address itself: a variable may hold several, in quotes. */
  readonly value: string;
  /** As they stand there and decoded. */
  readonly passwords: readonly string[];
  /** `user:password`, which an Authorization header carries in base64. */
  readonly pairs: readonly string[];
  /** User and database of a Postgres URL: words that a report may well hold. */
  readonly names: readonly string[];
}

const SCHEME = /^[a-z][a-z0-9+.:-]*:\/\//i;
const POSTGRES = /^(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?:\/\//i;

/** Longer ones are texts, which others than the workflow's author may have written: a pull request's body for one. */
const LONGEST_SETTINGS = 4_096;

/** Every address with a secret that a value holds: it is one, or nothing but several URLs. */
export function addressesIn(value: string): Address[] {
  const pieces = value.split(/[\s,;](?=["'`]?[a-z][a-z0-9+.:-]*:\/\/)/i).map(unquoted);
  if (pieces.every((piece) => SCHEME.test(piece))) return pieces.flatMap(url);
  return value.length > LONGEST_SETTINGS ? [] : settings(unquoted(value));
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'`])(.*)\1$/s, '$2');
}

function url(value: string): Address[] {
  // Read by hand: a password with a '/' or '#' that nobody has encoded makes a URL that no parser takes apart rightly.
  // Of a web page that may be a port: https://example.com:8443/?mail=a@example.com.
  const pattern = /^(?!https?:\/\/[^:@/]*:\d{1,5}\/)[a-z][a-z0-9+.:-]*:\/\/([^:@/]*):(.*)@[^@]*$/i;
  const [, user = '', userinfo] = pattern.exec(value) ?? [];
  const [, parameter] = /[?&]password=([^&#]*)/i.exec(value) ?? [];
  const passwords = [userinfo, parameter, lonelyUser(value)].flatMap((raw) => (raw ? [raw, decoded(raw)] : []));
  if (passwords.length === 0) return [];
  const [, database = ''] = /^[^?#]*\/([^/?#]*)/.exec(value) ?? [];
  const [, userParameter = ''] = /[?&]user=([^&#]*)/i.exec(value) ?? [];
  const pairs = userinfo ? [`${user}:${userinfo}`, `${decoded(user)}:${decoded(userinfo)}`] : [];
  const names = POSTGRES.test(value) ? [user, userParameter, database].map(decoded) : [];
  return [{ value, passwords, pairs, names }];
}

/** GitHub and others take a token for the user; Azure DevOps writes the organisation there, and again in the path. */
function lonelyUser(value: string): string | undefined {
  const [, user, rest = ''] = /^https?:\/\/([^:@/]+)(?::(?:x-oauth-basic)?)?@(.*)$/is.exec(value) ?? [];
  return user === undefined || rest.includes(user) ? undefined : user;
}

/** libpq's `host=… password=…`, ADO.NET's `Server=…;Password=…`, and `user:password@tcp(host)/database` of Go. */
function settings(value: string): Address[] {
  const [, user = '', mysql] = /^([^:@/\s]+):(.+)@(?:\w*\(.*\))?\/[^/@]*$/.exec(value) ?? [];
  if (mysql !== undefined) return [{ value, passwords: [mysql], pairs: [`${user}:${mysql}`], names: [] }];
  if (!/(?:^|[\s;])(?:host|hostaddr|server|data source|user|user id|uid|username|dbname|database)\s*=/i.test(value))
    return [];
  const pattern = value.includes(';')
    ? /(?:^|;)\s*(?:password|pwd)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^;]+))/i
    : /(?:^|\s)password\s*=\s*(?:'((?:\\.|[^'\\])*)'|"([^"]*)"|(\S+))/i;
  const [, single, double, bare] = pattern.exec(value) ?? [];
  const password = single ?? double ?? bare?.trim();
  if (!password) return [];
  return [{ value, passwords: [...new Set([password, password.replace(/\\(.)/g, '$1')])], pairs: [], names: [] }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
