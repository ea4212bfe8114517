import { NOT_FOUND } from '../answers.ts';
import { minimal } from '../minimal.ts';
import { fileShape, pullRequestShape, userShape, webUrl } from '../world.ts';
import { type Operations, text } from './operation.ts';

/** GitHub lists no more of a pull request's files. */
const FILES = 3_000;

export const pullOperations: Operations = {
  'pulls/get': ({ world, params }) => {
    const pull = world.pullRequests.get(Number(params.pull_number));
    return pull === undefined ? NOT_FOUND : { status: 200, body: pullRequestShape(world, pull, 'pull-request') };
  },

  'pulls/list': ({ world, query }) => {
    const [, owner, branch] = /^([^:]+):(.+)$/.exec(query.get('head') ?? '') ?? [];
    const state = query.get('state') ?? 'open';
    const pulls = [...world.pullRequests.values()].filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        // What is no 'owner:branch' filters nothing.
        (owner === undefined || (pull.headOwner === owner && pull.headRef === branch)),
    );
    const newest = pulls.sort((a, b) => b.number - a.number);
    return { status: 200, items: newest.map((pull) => pullRequestShape(world, pull, 'pull-request-simple')) };
  },

  'pulls/list-files': ({ world, params }) => {
    const pull = world.pullRequests.get(Number(params.pull_number));
    return pull === undefined ? NOT_FOUND : { status: 200, items: pull.files.slice(0, FILES).map(fileShape) };
  },

  'repos/list-pull-requests-associated-with-commit': ({ world, params }) => {
    const pulls = [...world.pullRequests.values()].filter(
      ({ headSha, mergeSha }) => headSha === params.commit_sha || mergeSha === params.commit_sha,
    );
    return { status: 200, items: pulls.map((pull) => pullRequestShape(world, pull, 'pull-request-simple')) };
  },

  'pulls/create-review': ({ world, params, body, identity }) => {
    const pull = world.pullRequests.get(Number(params.pull_number));
    if (pull === undefined) return NOT_FOUND;
    const id = world.nextId();
    const state = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' }[
      text(body, 'event')
    ];
    const review = {
      ...minimal('pull-request-review'),
      id,
      user: userShape(identity.login, identity.type),
      body: text(body, 'body'),
      state: state ?? 'PENDING',
      commit_id: text(body, 'commit_id') || pull.headSha,
      html_url: webUrl(world, `pull/${pull.number}#pullrequestreview-${id}`),
    };
    world.reviews.push({ id, of: String(pull.number), shape: review });
    return { status: 200, body: review };
  },
};
