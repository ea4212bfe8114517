import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/report/deployment/model.ts';
import { renderDetails } from '../../../src/report/slack/details.ts';
import { renderDeployment } from '../../../src/report/slack/message.ts';
import { renderStage } from '../../../src/report/slack/webhook.ts';
import { createSlack } from '../../../src/services/slack/client.ts';
import { postByWebhook, putMessage } from '../../../src/services/slack/message.ts';
import type { SlackPlace } from '../../../src/services/slack/slack.ts';
import { createWebhook } from '../../../src/services/slack/webhook.ts';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';
import { full, hostileTexts, states, surroundings } from '../../unit/report/slack/deployments.ts';

let standIn: SlackStandIn;
beforeEach(async () => {
  standIn = await startSlack();
});
afterEach(() => standIn.close());

async function tell(deployments: readonly Deployment[]): Promise<string[]> {
  const slack = createSlack({ apiUrl: standIn.url, token: standIn.tokens.bot, env: {} });
  const webhook = createWebhook({ url: standIn.webhooks.deploys, env: {} });
  const warnings: string[] = [];
  let previous: SlackPlace | undefined;
  for (const deployment of deployments) {
    const outcome = await putMessage(slack, {
      channel: standIn.channels.deploys,
      previous,
      message: renderDeployment(deployment, surroundings),
      replies: deployment.stages.map((stage) => ({
        message: renderDetails(stage, deployment, surroundings),
        broadcast: stage.state === 'failed',
      })),
    });
    previous = outcome.place;
    warnings.push(...outcome.warnings);
    for (const stage of deployment.stages) {
      const told = await postByWebhook(webhook, renderStage(stage, deployment, surroundings));
      if (told.kind === 'failed') warnings.push(told.warning);
    }
  }
  return warnings;
}

describe('what is rendered is what Slack takes', () => {
  test('of a deployment in each of its states, in one message', async () => {
    expect(await tell(Object.values(states))).toEqual([]);
    expect(standIn.problems).toEqual([]);
    const parents = standIn.messages().filter(({ by, threadTs }) => by === 'lockstep' && threadTs === undefined);
    expect(parents).toMatchObject([{ edits: Object.keys(states).length - 1 }]);
  });

  test('of one that is full of somebody else, who is called by nobody', async () => {
    expect(await tell(hostileTexts.map((text) => full(text)))).toEqual([]);
    expect(standIn.problems).toEqual([]);
    expect(standIn.mentions).toEqual([]);
  });
});
