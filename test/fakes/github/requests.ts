import { createGithub, type GithubOptions } from '../../../src/services/github/client.ts';
import type { CommentRequest } from '../../../src/services/github/comment.ts';
import type { Github } from '../../../src/services/github/github.ts';
import type { GithubStandIn } from './stand-in.ts';

/** A client of the stand-in, with the token of a workflow that may write, and without pauses of its own choosing. */
export function clientOf(standIn: GithubStandIn, options: Partial<GithubOptions> = {}): Github {
  const { url: apiUrl, repository, tokens } = standIn;
  const token = tokens.write;
  return createGithub({ apiUrl, repository, token, env: {}, userAgent: 'lockstep/test', pauses: false, ...options });
}

interface Marker {
  readonly scope: string;
  readonly run: number;
}

/** A comment's text in the form that `verdict` looks for. */
export function commentText(text: string, marker: Partial<Marker> = {}): string {
  return `<!-- lockstep-test ${JSON.stringify({ scope: 'shop', run: 1, ...marker })} -->\n${text}`;
}

/** Asks for a comment about a scope ('shop' by default) by a run (1 by default). */
export function verdict(
  text: string,
  { scope = 'shop', run = 1, ...rest }: Partial<Marker & CommentRequest<Marker>> = {},
): CommentRequest<Marker> {
  return {
    pullRequest: 42,
    identify: (body) => {
      const found = /^<!-- lockstep-test (\{.*?\}) -->/.exec(body)?.[1];
      const marker: Marker | undefined = found === undefined ? undefined : JSON.parse(found);
      return marker?.scope === scope ? marker : undefined;
    },
    isNewer: (previous) => previous.run > run,
    render: () => commentText(text, { scope, run }),
    create: true,
    ...rest,
  };
}
