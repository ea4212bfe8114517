import { items, type ObjectKind } from './catalog.ts';

/** Options of foreign servers and settings of the database may hold credentials: their values never leave the snapshot. */

const SECRET = /passw|secret|token|credential|api_?key|private|jwt/i;
const HIDDEN = '(hidden)';

export function withoutSecrets(kind: ObjectKind, name: string, facts: Record<string, string>): Record<string, string> {
  const options = facts['server options'];
  if (options !== undefined) facts['server options'] = items(options).map(hideOption).join('\n');
  if (kind === 'setting' && SECRET.test(name)) facts.value = HIDDEN;
  return facts;
}

/** 'name=value' */
function hideOption(option: string): string {
  const name = option.slice(0, option.indexOf('='));
  return SECRET.test(name) ? `${name}=${HIDDEN}` : option;
}
