/** What the stand-in remembers: channels, apps, and the messages that they have written. */

export interface App {
  readonly name: string;
  /** Its bot's token is good for this. */
  readonly scopes: readonly string[];
}

export interface Channel {
  readonly id: string;
  /** Without the '#'. */
  readonly name: string;
  /** open: for whoever is a member. readOnly: for nobody but admins. */
  readonly kind: 'open' | 'readOnly';
  /** The names of the apps that are in it. */
  readonly members: readonly string[];
  /** A private one is hidden from those who are not in it. */
  readonly isPrivate: boolean;
  archived: boolean;
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  /** The name of the app, or 'webhook'. */
  readonly by: string;
  /** The message whose thread it stands in. */
  readonly threadTs: string | undefined;
  /** A reply that stands in the channel, too. */
  readonly broadcast: boolean;
  text: string;
  blocks: readonly unknown[];
  /** How often it was written over. */
  edits: number;
}

export class World {
  readonly channels: Channel[] = [];
  messages: Message[] = [];
  #last = 1_700_000_000_000_000;

  /** Names work for posting, where the channel is no private one. */
  channel(called: string): Channel | undefined {
    const name = called.replace(/^#/, '');
    return this.channels.find((each) => each.id === called || (!each.isPrivate && each.name === name));
  }

  add(message: Omit<Message, 'ts' | 'edits'>): Message {
    // Seconds and a number of six digits: unique within a channel.
    this.#last += 1_000_001;
    const digits = String(this.#last);
    const added = { ...message, ts: `${digits.slice(0, 10)}.${digits.slice(10)}`, edits: 0 };
    this.messages.push(added);
    return added;
  }

  find(channel: string, ts: string): Message | undefined {
    return this.messages.find((each) => each.channel === channel && each.ts === ts);
  }
}
