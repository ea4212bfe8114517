/** What service containers and examples have for a password is none, and what we tell users to write must stay readable. */
const UNLESS_EVERYDAY = `(?!\\w+:(?:postgres|password)@[^@\\s'"]{0,1000}(?:[\\s'"]|$))`;

// Bounded, so that a text of nothing but beginnings is not read to its end from each.
// A password may hold a '/' that nobody has encoded.
const POSTGRES_USER = new RegExp(`\\b(postgres(?:ql)?://)${UNLESS_EVERYDAY}[^\\s'"]{0,1000}@`, 'gi');
const USER = new RegExp(`(//)${UNLESS_EVERYDAY}[^/\\s'"]+@`, 'g');
const SETTING = /(\bpassword|_(?:authToken|password|auth))=(?:'[^']*'|"[^"]*"|[^\s&'"]+)/gi;

/**
 * Takes passwords and tokens out of what drivers and child processes say: they like to quote connection strings, the
 * addresses of remotes and registries, and npm's settings.
 */
export function redact(text: string): string {
  return text.replace(POSTGRES_USER, '$1***@').replace(USER, '$1***@').replace(SETTING, '$1=***');
}
