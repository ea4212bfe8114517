import { isFields } from './block-kit.ts';

/**
 * What Slack reads in a text: `<...>` is a link, or a mention, wherever it stands, and `&`, `<` and `>` that are to be seen are
 * escaped (https://docs.slack.dev/messaging/formatting-message-text).
 */

interface Reading {
  /** '<!channel>', '<@U123>', '<#C123>', '<!subteam^S1>': somebody is called. */
  readonly mentions: readonly string[];
  /** Where its links lead. */
  readonly links: readonly string[];
  /** What is neither, and not escaped. */
  readonly problems: readonly string[];
}

export function readMrkdwn(text: string): Reading {
  const mentions: string[] = [];
  const links: string[] = [];
  const problems: string[] = [];
  const rest = text.replace(/<([^<>]*)>/g, (whole, inner: string) => {
    if (/^[!@#]/.test(inner)) mentions.push(whole);
    else if (/^(?:https?|mailto):[^|\s]+(?:\|[^|]+)?$/.test(inner)) links.push(inner.split('|')[0] ?? '');
    else problems.push(`is no link: ${whole}`);
    return '';
  });
  if (/[<>]/.test(rest)) problems.push(`an unescaped < or > in: ${rest.slice(0, 100)}`);
  if (/&(?!(?:amp|lt|gt);)/.test(text)) problems.push(`an unescaped & in: ${text.slice(0, 100)}`);
  return { mentions, links, problems };
}

/** Each text of blocks that Slack reads in this way. */
export function mrkdwnIn(value: unknown): { readonly text: string; readonly verbatim: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (!isFields(value)) return [];
  if (value.type === 'mrkdwn' && typeof value.text === 'string')
    return [{ text: value.text, verbatim: value.verbatim === true }];
  return Object.values(value).flatMap(mrkdwnIn);
}

/** What people see of a text: Slack's entities are read back, links have their labels. */
export function shown(text: string): string {
  return text
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, address: string, label?: string) => label ?? address)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
