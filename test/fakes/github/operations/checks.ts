import { assertLength, Invalid, NOT_FOUND } from '../answers.ts';
import type { Json, JsonObject } from '../document.ts';
import { minimal } from '../minimal.ts';
import { now, userShape } from '../world.ts';
import { type Operations, text } from './operation.ts';

/** Check runs and commit statuses. */

export const checkOperations: Operations = {
  'checks/create': ({ world, body }) => {
    const id = world.nextId();
    const least = minimal('check-run');
    const output = { ...record(least.output), annotations_count: 0 };
    const shape = { ...least, id, head_sha: text(body, 'head_sha'), started_at: now(), output };
    const made = { id, of: text(body, 'head_sha'), shape: written(shape, body) };
    world.checkRuns.push(made);
    return { status: 201, body: made.shape };
  },

  'checks/update': ({ world, params, body }) => {
    const found = world.checkRuns.find(({ id }) => String(id) === params.check_run_id);
    if (found === undefined) return NOT_FOUND;
    found.shape = written(found.shape, body);
    return { status: 200, body: found.shape };
  },

  'checks/list-for-ref': ({ world, params, query }) => {
    const found = world.checkRuns.filter(
      ({ of, shape }) =>
        of === params.ref &&
        (query.get('check_name') ?? shape.name) === shape.name &&
        (query.get('status') ?? shape.status) === shape.status,
    );
    return {
      status: 200,
      items: found.map(({ shape }) => shape),
      wrap: (page) => ({ total_count: found.length, check_runs: page }),
    };
  },

  'repos/create-commit-status': ({ world, params, body, identity }) => {
    assertLength('Status', 'description', body.description, 140);
    const id = world.nextId();
    const shape = {
      ...minimal('status'),
      id,
      state: text(body, 'state'),
      description: text(body, 'description') || null,
      target_url: text(body, 'target_url') || null,
      context: text(body, 'context') || 'default',
      creator: userShape(identity.login, identity.type),
      created_at: now(),
      updated_at: now(),
    };
    world.statuses.push({ id, of: params.sha ?? '', shape });
    return { status: 201, body: shape };
  },
};

/** A check run after `body` was written into it. Annotations are appended, request by request. */
function written(shape: JsonObject, body: JsonObject): JsonObject {
  // A conclusion completes the run, and GitHub asks for one when it is completed.
  const status = text(body, 'status') || (body.conclusion === undefined ? text(shape, 'status') : 'completed');
  const conclusion = body.conclusion ?? shape.conclusion ?? null;
  if (status === 'completed' && conclusion === null)
    throw new Invalid('CheckRun', 'conclusion', 'is required when the status is completed');
  const before = record(shape.output);
  const output = record(body.output);
  const annotations = Array.isArray(output.annotations) ? output.annotations.length : 0;
  return {
    ...shape,
    name: text(body, 'name') || text(shape, 'name'),
    status,
    conclusion,
    completed_at: status === 'completed' ? now() : null,
    output: {
      ...before,
      title: output.title ?? before.title ?? null,
      summary: output.summary ?? before.summary ?? null,
      text: output.text ?? before.text ?? null,
      annotations_count: Number(before.annotations_count ?? 0) + annotations,
    },
  };
}

function record(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
