import { type Answer, assertLength, Invalid, NOT_FOUND, refusal } from '../answers.ts';
import type { JsonObject } from '../document.ts';
import { minimal } from '../minimal.ts';
import { type Comment, now, type PullRequest, userShape, type World, webUrl } from '../world.ts';
import { type Call, type Operations, text } from './operation.ts';

/** Comments on pull requests, which GitHub keeps with those on issues. */

const LIMIT = 65_536;

export const commentOperations: Operations = {
  'issues/list-comments': (call) => {
    const pull = conversationOf(call);
    if ('status' in pull) return pull;
    const since = call.query.get('since');
    const comments = call.world.comments.filter(({ pullRequest }) => pullRequest === pull.number);
    const items = comments.filter(({ updatedAt }) => since === null || updatedAt >= since);
    return { status: 200, items: items.map((each) => commentShape(call.world, each)) };
  },

  'issues/create-comment': (call) => {
    const pull = conversationOf(call);
    if ('status' in pull) return pull;
    if (pull.locked) return refusal(403, 'Unable to create comment because issue is locked.');
    const { login, type } = call.identity;
    const app = type === 'Bot' ? login.replace(/\[bot\]$/, '') : undefined;
    const comment = call.world.addComment({ pullRequest: pull.number, login, type, app, body: bodyOf(call) });
    return { status: 201, body: commentShape(call.world, comment) };
  },

  'issues/get-comment': (call) => {
    const comment = commentOf(call);
    return comment === undefined ? NOT_FOUND : { status: 200, body: commentShape(call.world, comment) };
  },

  'issues/update-comment': (call) => {
    const comment = commentOf(call);
    if (comment === undefined) return NOT_FOUND;
    comment.body = bodyOf(call);
    comment.updatedAt = now();
    comment.edits += 1;
    return { status: 200, body: commentShape(call.world, comment) };
  },

  'issues/delete-comment': (call) => {
    const comment = commentOf(call);
    if (comment === undefined) return NOT_FOUND;
    call.world.comments = call.world.comments.filter((each) => each !== comment);
    return { status: 204 };
  },
};

function conversationOf({ world, params }: Call): PullRequest | Extract<Answer, { body?: unknown }> {
  const pull = world.pullRequests.get(Number(params.issue_number));
  if (pull === undefined) return NOT_FOUND;
  return pull.gone ? refusal(410, 'Issues are disabled for this repo') : pull;
}

function commentOf({ world, params }: Call): Comment | undefined {
  return world.comments.find(({ id }) => id === Number(params.comment_id));
}

function bodyOf({ body }: Call): string {
  const written = text(body, 'body');
  if (written.trim() === '') throw new Invalid('IssueComment', 'body', "Body can't be blank");
  assertLength('IssueComment', 'body', written, LIMIT);
  return written;
}

function commentShape(world: World, comment: Comment): JsonObject {
  const { id, pullRequest, login, type, app, body, createdAt, updatedAt } = comment;
  return {
    ...minimal('issue-comment'),
    id,
    body,
    html_url: webUrl(world, `pull/${pullRequest}#issuecomment-${id}`),
    user: userShape(login, type),
    created_at: createdAt,
    updated_at: updatedAt,
    performed_via_github_app: app === undefined ? null : appShape(app),
  };
}

function appShape(slug: string): JsonObject {
  return {
    id: 1,
    node_id: '',
    slug,
    owner: userShape('github', 'User'),
    name: slug,
    description: null,
    external_url: 'https://github.example/',
    html_url: `https://github.example/apps/${slug}`,
    created_at: '2026-03-02T09:15:00Z',
    updated_at: '2026-03-02T09:15:00Z',
    permissions: {},
    events: [],
  };
}
