import { checkBlocks, isTooLong } from './block-kit.ts';
import { mrkdwnIn, readMrkdwn } from './mrkdwn.ts';

/** What a message holds, judged alike at both doors. */

interface Verdict {
  /** Slack's name of the error; undefined: it takes the message. */
  readonly error: string | undefined;
  readonly messages: readonly string[];
  /** What Slack would not refuse, and what is wrong all the same. */
  readonly problems: readonly string[];
  readonly mentions: readonly string[];
}

/** "For best results", and what chat.update refuses: https://docs.slack.dev/reference/methods/chat.update. */
const LONGEST_TEXT = 4_000;

export function judge(text: unknown, blocks: unknown): Verdict {
  const complaints = blocks === undefined ? [] : checkBlocks(blocks);
  const texts = mrkdwnIn(blocks);
  const readings = [...texts.map((each) => each.text), ...(typeof text === 'string' ? [text] : [])].map(readMrkdwn);
  return {
    error: errorOf(text, blocks, complaints),
    messages: complaints,
    problems: [
      ...(typeof text === 'string' && text.trim() !== '' ? [] : ['no text: notifications would show nothing']),
      ...(typeof text === 'string' && text.length > LONGEST_TEXT ? [`text: ${text.length} characters`] : []),
      ...texts.filter(({ verbatim }) => !verbatim).map(() => 'not verbatim: addresses and channels become links'),
      ...readings.flatMap((reading) => reading.problems),
    ],
    mentions: readings.flatMap((reading) => reading.mentions),
  };
}

function errorOf(text: unknown, blocks: unknown, complaints: readonly string[]): string | undefined {
  if (complaints.length > 0) return 'invalid_blocks';
  if (isTooLong(blocks)) return 'msg_blocks_too_long';
  const empty = (typeof text !== 'string' || text === '') && (!Array.isArray(blocks) || blocks.length === 0);
  return empty ? 'no_text' : undefined;
}

export function isTooLongForUpdate(text: unknown): boolean {
  return typeof text === 'string' && text.length > LONGEST_TEXT;
}
