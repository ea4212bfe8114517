// Stub of the lead's, until the owner writes it.
import type { Github } from './client.ts';
export type CommentOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged' | 'newer'; readonly url: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly warning: string };
export interface CommentRequest<M> {
  readonly pullRequest: number;
  readonly readOnly: 'fork' | 'dependabot' | undefined;
  readonly identify: (body: string) => M | undefined;
  readonly isNewer: (previous: M) => boolean;
  readonly render: (previous: M | undefined) => string;
  readonly create: boolean;
}
export async function putComment<M>(_github: Github, _request: CommentRequest<M>): Promise<CommentOutcome> {
  return { kind: 'none' };
}
