/** The working directory, and where Google's libraries find a file. */
const NOT_SECRETS = /^(?:OLD)?PWD$|^GOOGLE_APPLICATION_CREDENTIALS$/;

/** These end no other word, so that they may be written together with one: PGPASSWORD, authtoken. */
const ENDINGS =
  '[A-Z0-9]*(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET)S?|(?:DB|PG)PASS|(?:API|AUTH|ACCESS|PRIVATE|MASTER|ENCRYPTION|SSH|DEPLOY)KEYS?';
/** These do (BYPASS, MONKEY), so they are words of their own. */
const WORDS = 'PASS|PWD|PAT|JWT|CREDENTIALS?|CREDS';
/** Keys that are meant to be seen, or that open nothing. */
const HARMLESS_KEYS =
  'PRIMARY|FOREIGN|UNIQUE|CACHE|PUBLIC|PUB|PUBLISHABLE|SORT|PARTITION|SHARD|INDEX|IDEMPOTENCY|AUTHORIZED|KNOWN(?:_HOSTS?)?|HOST|PROJECT|LICENSE';
const KEYS = `(?<!(?:^|_)(?:${HARMLESS_KEYS})_)KEYS?`;

/** What may follow and leave it the secret itself: how it is written, which of several it is, what it is for. */
const FOLLOWING = [
  'ID|VALUES?|STRING|TEXT|DATA|CONTENTS?|RAW|PLAIN|BASE|BASE64|B64|HEX|PEM|JSON',
  'OLD|NEW|NEXT|PREVIOUS|CURRENT|PRIMARY|SECONDARY|MAIN|BACKUP|V?[0-9]+|RO|RW|READONLY|ADMIN|ROOT|USER',
  'PROD|PRODUCTION|LIVE|STAGING|STAGE|STG|PREVIEW|DEV|DEVELOPMENT|TEST|CI|LOCAL',
  'DB|DATABASE|POSTGRES|GITHUB|GH|NPM|AWS',
].join('|');

const SECRET_NAME = new RegExp(`(?:^|_)(?:${ENDINGS}|${WORDS}|${KEYS})[0-9]*(?:_(?:${FOLLOWING}))*$`);

/** Whether what is called so is a secret by its name: read by words, so that TOKENIZER_MODE is none. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
  return SECRET_NAME.test(words) && !NOT_SECRETS.test(words);
}
