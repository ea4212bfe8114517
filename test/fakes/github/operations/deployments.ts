import { assertLength, NOT_FOUND } from '../answers.ts';
import { minimal } from '../minimal.ts';
import { now, userShape } from '../world.ts';
import { type Operations, text } from './operation.ts';

/** Deployments and their statuses, newest first as GitHub lists them. */

const DESCRIPTION = 140;

export const deploymentOperations: Operations = {
  'repos/list-deployments': ({ world, query }) => {
    const wanted = ['sha', 'ref', 'task', 'environment'].flatMap((key) => {
      const value = query.get(key);
      return value === null || value === 'none' ? [] : [[key, value] as const];
    });
    const found = world.deployments.filter(({ shape }) => wanted.every(([key, value]) => shape[key] === value));
    return { status: 200, items: found.map(({ shape }) => shape).reverse() };
  },

  'repos/create-deployment': ({ world, body, identity }) => {
    assertLength('Deployment', 'description', body.description, DESCRIPTION);
    const id = world.nextId();
    const ref = text(body, 'ref');
    const shape = {
      ...minimal('deployment'),
      id,
      ref,
      sha: ref,
      task: text(body, 'task') || 'deploy',
      environment: text(body, 'environment') || 'production',
      description: text(body, 'description') || null,
      payload: body.payload ?? '',
      creator: userShape(identity.login, identity.type),
      created_at: now(),
      updated_at: now(),
    };
    world.deployments.push({ id, of: ref, shape });
    return { status: 201, body: shape };
  },

  'repos/list-deployment-statuses': ({ world, params }) => {
    const id = params.deployment_id ?? '';
    if (!world.deployments.some((each) => String(each.id) === id)) return NOT_FOUND;
    const found = world.deploymentStatuses.filter(({ of }) => of === id);
    return { status: 200, items: found.map(({ shape }) => shape).reverse() };
  },

  'repos/create-deployment-status': ({ world, params, body, identity }) => {
    const deployment = world.deployments.find(({ id }) => String(id) === params.deployment_id);
    if (deployment === undefined) return NOT_FOUND;
    assertLength('DeploymentStatus', 'description', body.description, DESCRIPTION);
    const id = world.nextId();
    const shape = {
      ...minimal('deployment-status'),
      id,
      state: text(body, 'state'),
      description: text(body, 'description'),
      environment: text(body, 'environment') || text(deployment.shape, 'environment'),
      log_url: text(body, 'log_url'),
      environment_url: text(body, 'environment_url'),
      creator: userShape(identity.login, identity.type),
      created_at: now(),
      updated_at: now(),
    };
    world.deploymentStatuses.push({ id, of: String(deployment.id), shape });
    return { status: 201, body: shape };
  },
};
