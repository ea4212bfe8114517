import { SLACK } from '../limits.ts';
import { shorten } from '../shorten.ts';

/** The few kinds of Block Kit that a message of ours is made of: https://docs.slack.dev/reference/block-kit/blocks. */

interface TextObject {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Nothing but what is written as a link becomes one. */
  readonly verbatim: true;
}

export type SlackBlock =
  | { readonly type: 'section'; readonly text: TextObject }
  | { readonly type: 'context'; readonly elements: readonly TextObject[] };

export interface SlackMessage {
  /** What notifications show, and whatever knows no blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** A paragraph; lines that find no room in it are counted. */
export function section(lines: readonly string[]): SlackBlock {
  return { type: 'section', text: textObject(lines) };
}

/** The same in small print. */
export function context(lines: readonly string[]): SlackBlock {
  return { type: 'context', elements: [textObject(lines)] };
}

/** As many paragraphs as the lines need. */
export function sections(lines: readonly string[]): SlackBlock[] {
  const groups: string[][] = [[]];
  let length = 0;
  for (const line of lines) {
    if (length + line.length + 1 > SLACK.section) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(line);
    length += line.length + 1;
  }
  return groups.filter((group) => group.length > 0).map(section);
}

function textObject(lines: readonly string[]): TextObject {
  return { type: 'mrkdwn', text: joined(lines, SLACK.section), verbatim: true };
}

/** Whole lines, so that nothing that is open stays so; not more than one paragraph's share of what a message may hold. */
export function joined(lines: readonly string[], most: number): string {
  let number = lines.length;
  let text = lines.join('\n');
  while (number > 1 && (text.length > most || weightOf(text) > SLACK.share)) {
    number -= 1;
    text = [...lines.slice(0, number), '…'].join('\n');
  }
  return shorten(text, most);
}

/** How much room a block takes of what all blocks may hold together. */
export function sizeOf(block: SlackBlock): number {
  return SLACK.perBlock + weightOf(JSON.stringify(block));
}

/** With the escapes of all that is not ASCII. */
function weightOf(text: string): number {
  return text.length + 5 * (text.match(/[^\0-\x7f]/g)?.length ?? 0);
}
