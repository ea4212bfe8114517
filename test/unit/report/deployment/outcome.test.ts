import { describe, expect, it } from 'vitest';
import type { Deployment, Stage } from '../../../../src/report/deployment/model.ts';
import { outcomeOf, readNeeds } from '../../../../src/report/deployment/outcome.ts';
import { writeDeployment } from '../../../../src/report/deployment/state.ts';

const none: Deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [] };
const at = new Date('2026-11-27T12:00:00Z');

function stage(environment: string, state: Stage['state'], hour = 10): Stage {
  const time = `2026-11-27T${hour}:00:00.000Z`;
  return { environment, state, at: time, applied: state === 'applied' ? 1 : 0, pending: 0, migrations: ['001_a'] };
}

/** What a job says in which Lockstep ran. */
function ran(
  environment: string,
  state: Stage['state'],
  deployCode: boolean,
  result: 'success' | 'failure' = 'success',
) {
  const deployment = writeDeployment({ ...none, stages: [stage(environment, state)] });
  return { result, outputs: { result: state, deploy_code: String(deployCode), deployment } };
}

/** A job without any step. */
const silent = (result: 'failure' | 'cancelled' | 'skipped') => ({ result, outputs: {} });

function outcome(needs: Record<string, unknown>) {
  const read = readNeeds(JSON.stringify(needs));
  if (read === undefined) throw new Error('these are no needs');
  const { deployment, deployCode } = outcomeOf(read, { deployment: none, environment: 'production', at });
  return { deployCode, stages: deployment.stages.map(({ environment, state }) => `${environment} ${state}`) };
}

const staging = ran('staging', 'applied', true);

describe('whether the code follows', () => {
  it.each<[string, Record<string, unknown>, boolean, string[]]>([
    [
      'production applied',
      {
        staging,
        'plan-production': ran('production', 'planned', false),
        production: ran('production', 'applied', true),
      },
      true,
      ['staging applied', 'production applied'],
    ],
    [
      'nothing was pending, so that nobody was asked',
      { staging, 'plan-production': ran('production', 'noop', true), production: silent('skipped') },
      true,
      ['staging applied', 'production noop'],
    ],
    [
      'the approval was refused',
      { staging, 'plan-production': ran('production', 'planned', false), production: silent('failure') },
      false,
      ['staging applied', 'production rejected'],
    ],
    [
      'staging failed, and production never came',
      {
        staging: ran('staging', 'failed', false, 'failure'),
        'plan-production': silent('skipped'),
        production: silent('skipped'),
      },
      false,
      ['staging failed', 'production skipped'],
    ],
    [
      'the run was cancelled while it waited',
      { staging, 'plan-production': ran('production', 'planned', false), production: silent('cancelled') },
      false,
      ['staging applied', 'production cancelled'],
    ],
    [
      'an apply that failed after a plan with nothing to do',
      { 'plan-production': ran('production', 'noop', true), production: ran('production', 'failed', false, 'failure') },
      false,
      ['production failed'],
    ],
    [
      'a job that hands on what was done and not its result has spoken',
      {
        production: {
          ...ran('production', 'partial', false, 'failure'),
          outputs: { deployment: ran('production', 'partial', false).outputs.deployment },
        },
      },
      false,
      ['production partial'],
    ],
    ['staging alone says yes', { staging }, false, ['staging applied']],
    [
      'production applied, and a step after it failed',
      { production: ran('production', 'applied', true, 'failure') },
      false,
      ['production applied'],
    ],
    ['there is nothing to go by', {}, false, []],
  ])('%s', (_, needs, deployCode, stages) => {
    expect(outcome(needs)).toEqual({ deployCode, stages });
  });

  it('is told by the environment that was named, in whatever case', () => {
    const needs = readNeeds(JSON.stringify({ LIVE: ran('live', 'applied', true) }));
    expect(outcomeOf(needs ?? {}, { deployment: none, environment: 'live', at }).deployCode).toBe(true);
  });

  it.each(['', 'null', '[]', '{"a":1}', '{"a":{"result":"great","outputs":{}}}', '{"a":'])(
    '%j are no needs',
    (json) => {
      expect(readNeeds(json)).toBeUndefined();
    },
  );

  it('outputs that were made up are not believed', () => {
    const needs = {
      production: { result: 'success', outputs: { result: 'applied', deploy_code: 'True', deployment: '{"v":2}' } },
    };
    expect(outcome(needs)).toEqual({ deployCode: false, stages: [] });
  });
});

it('what waited for its approval when the run ended does so no more', () => {
  const plan = {
    ...ran('production', 'waiting', false),
    outputs: { ...ran('production', 'waiting', false).outputs, result: 'planned' },
  };
  expect(outcome({ staging, 'plan-production': plan, production: silent('skipped') }).stages).toEqual([
    'staging applied',
    'production cancelled',
  ]);
});
