import { describe, expect, it } from 'vitest';
import { STAGE_STATES } from '../../../../src/report/deployment/model.ts';
import { renderDetails } from '../../../../src/report/slack/details.ts';
import { isWorthAMessage, renderCode, renderStage } from '../../../../src/report/slack/webhook.ts';
import { shown } from '../../../fakes/slack/mrkdwn.ts';
import { stage, states, surroundings } from './deployments.ts';
import { readable } from './golden.ts';

function last(name: string) {
  const deployment = states[name];
  const one = deployment?.stages.at(-1);
  if (deployment === undefined || one === undefined) throw new Error(`no stage in ${name}`);
  return { deployment, one };
}

describe("a webhook's message", () => {
  it.each(['waiting', 'applied', 'failed', 'partial', 'refused', 'rejected', 'error'])('of %s', async (name) => {
    const { deployment, one } = last(name);
    const message = renderStage(one, deployment, surroundings);
    await expect(readable(message)).toMatchFileSnapshot(`golden/webhook/${name}.txt`);
  });

  it('is worth it only where there is something to know or to do', () => {
    expect(STAGE_STATES.filter((state) => isWorthAMessage(stage('production', state)))).toEqual([
      'waiting',
      'applied',
      'partial',
      'failed',
      'refused',
      'error',
      'rejected',
      'cancelled',
    ]);
  });

  it('says all of it in its text, too, for those who know no blocks', () => {
    const { deployment, one } = last('partial');
    const { text } = renderStage(one, deployment, surroundings);
    for (const said of ['acme/shop', '1f0c7a5', '#42', 'SQLSTATE 55P03', 'lockstep status', '013_first_name'])
      expect(shown(text)).toContain(said);
  });

  it('of code is there once somebody has said how its deploy ended', async () => {
    expect(renderCode(last('applied').deployment, surroundings)).toBeUndefined();
    const message = renderCode(last('codeFailed').deployment, surroundings);
    await expect(message && readable(message)).toMatchFileSnapshot('golden/webhook/codeFailed.txt');
  });
});

describe('details for the thread', () => {
  it.each(['applied', 'failed', 'failedOfMany', 'waiting'])('of %s', async (name) => {
    const { deployment, one } = last(name);
    const message = renderDetails(one, deployment, surroundings);
    await expect(readable(message)).toMatchFileSnapshot(`golden/details/${name}.txt`);
  });
});
