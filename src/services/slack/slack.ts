/** What Lockstep asks of Slack: a narrow interface, so that nothing else knows the client behind it. */

/** A message as Slack takes it; src/report/slack makes them. */
export interface SlackMessage {
  /** What notifications show, and whatever knows no blocks. */
  readonly text: string;
  readonly blocks: readonly object[];
}

/** Where a message is. */
export interface SlackPlace {
  /** The channel's ID, whatever it was called by. */
  readonly channel: string;
  /** Slack's name of the message within its channel: '1503435956.000247'. */
  readonly ts: string;
}

/** A workspace, by a bot's token. Every method rejects with SlackError, and with nothing else. */
export interface Slack {
  /** 'slack.com': what a message names. */
  readonly host: string;
  /** Not tried again after an unclear failure (see isUnclear): it may have arrived. */
  postMessage(channel: string, message: SlackMessage): Promise<SlackPlace>;
  /** In its place. Slack lets nobody change a message but who has written it. */
  updateMessage(place: SlackPlace, message: SlackMessage): Promise<void>;
  /** In the message's thread; `broadcast`: and in the channel. Not tried again after an unclear failure either. */
  postReply(parent: SlackPlace, message: SlackMessage, options?: { readonly broadcast?: boolean }): Promise<SlackPlace>;
}

/** One channel, by the address of an incoming webhook: nothing that was posted can be changed. */
export interface SlackWebhook {
  /** 'hooks.slack.com'; the whole address is a secret. */
  readonly host: string;
  /** Not tried again after an unclear failure. Rejects with SlackError, and with nothing else. */
  post(message: SlackMessage): Promise<void>;
}

export type SlackFailure =
  /** What was given for a token or an address cannot be one; `why` goes on 'it ...'. */
  | {
      readonly kind: 'malformed';
      readonly what: 'slack_token' | 'slack_webhook' | 'SLACK_API_URL';
      readonly why: string;
    }
  /** `code` is Slack's name of the error, '' where it gave none; `said` is what else it said, on one line. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly said: string }
  /** The token lacks a right. */
  | { readonly kind: 'scope'; readonly needed: string; readonly provided: string }
  /** Too many messages, and the wait is longer than our patience. */
  | { readonly kind: 'rate-limit'; readonly waitSeconds: number | undefined }
  /** `code` as above: Slack also tells of errors of its own in answers that are none by their status. */
  | { readonly kind: 'server'; readonly status: number; readonly code: string }
  /** No answer; `said` is what the network said. `unsent`: the request certainly did not get there. */
  | { readonly kind: 'network'; readonly said: string; readonly proxied: boolean; readonly unsent: boolean }
  /** An answer that is not Slack's: a login page, say. */
  | { readonly kind: 'strange'; readonly status: number }
  /** All the time there is for Slack is used up. */
  | { readonly kind: 'slow'; readonly limitMs: number }
  | { readonly kind: 'cancelled' };

/** Why Slack did not do what it was asked. Internal: users get its explanation as a warning (explain.ts). */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly failure: SlackFailure;

  constructor(failure: SlackFailure, cause?: unknown) {
    super(`Slack: ${failure.kind}`, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

/** Whether the message may have arrived all the same. */
export function isUnclear(error: unknown): boolean {
  if (!(error instanceof SlackError)) return false;
  const { failure } = error;
  if (failure.kind === 'network') return !failure.unsent;
  return ['server', 'strange', 'slow', 'cancelled'].includes(failure.kind);
}

/** Whether Slack refused it by one of these names. */
export function isRefusedAs(error: unknown, codes: readonly string[]): boolean {
  return error instanceof SlackError && error.failure.kind === 'refused' && codes.includes(error.failure.code);
}
