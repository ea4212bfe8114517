import type { Json, JsonObject } from './document.ts';

/** What an operation answers. `items`: a list, of which the request gets its page. */
export type Answer =
  | { readonly status: number; readonly body?: Json; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly status: 200;
      readonly items: readonly JsonObject[];
      /** What stands round the page, where that is more than the list. */
      readonly wrap?: (page: readonly JsonObject[]) => Json;
    };

const DOCUMENTATION = 'https://docs.github.com/rest';

/** GitHub's form of an error. */
export function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: { message, documentation_url: DOCUMENTATION, status: String(status) } };
}

export const NOT_FOUND = refusal(404, 'Not Found');

/** What GitHub answers to a request that breaks a rule of its content. Whoever sent it has made a mistake. */
export class Invalid extends Error {
  readonly answer: Answer;

  constructor(resource: string, field: string, message: string) {
    super(`${field}: ${message}`);
    this.answer = {
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [{ resource, code: 'unprocessable', field, message }],
        documentation_url: DOCUMENTATION,
      },
    };
  }
}

/** Limits of a length, which the official description does not state. Characters as JavaScript counts them: never fewer. */
export function assertLength(resource: string, field: string, value: Json | undefined, limit: number): void {
  if (typeof value === 'string' && value.length > limit) {
    const name = field[0]?.toUpperCase() + field.slice(1);
    throw new Invalid(resource, field, `${name} is too long (maximum is ${limit} characters)`);
  }
}
