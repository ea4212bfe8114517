import { isBad } from '../report/deployment/lines.ts';
import type { Deployment, Stage } from '../report/deployment/model.ts';
import type { Report } from '../report/model.ts';
import { renderDetails } from '../report/slack/details.ts';
import { renderDeployment } from '../report/slack/message.ts';
import { isTrouble } from '../report/slack/signs.ts';
import type { Surroundings } from '../report/slack/surroundings.ts';
import { isWorthAMessage, renderCode, renderStage } from '../report/slack/webhook.ts';
import { runUrl } from '../services/run-url.ts';
import { createSlack } from '../services/slack/client.ts';
import { postByWebhook, putMessage } from '../services/slack/message.ts';
import { createWebhook } from '../services/slack/webhook.ts';
import type { Settings } from '../settings/types.ts';
import { isJustALook } from './deployment.ts';

/** What a channel of Slack gets to know of a deployment. */

interface Told {
  /** With the place of its message, for the next job. */
  readonly deployment: Deployment;
  readonly warnings: readonly string[];
}

/** Never rejects. undefined: Slack is not wanted, or there is nothing to tell. */
export async function tellSlack(settings: Settings, report: Report, signal: AbortSignal): Promise<Told | undefined> {
  const { actions, env, telling } = settings;
  const { token, channel, webhook, apiUrl } = telling.slack;
  const { deployment } = report;
  if (deployment === undefined || isJustALook(settings)) return undefined;
  if (token === undefined && webhook === undefined) return undefined;
  const surroundings: Surroundings = { server: actions?.serverUrl, run: runUrl(actions) };
  if (token === undefined) {
    const client = createWebhook({ url: webhook ?? '', env, signal });
    const warnings: string[] = [];
    for (const message of messagesOf(settings, report, deployment, surroundings)) {
      const outcome = await postByWebhook(client, message);
      if (outcome.kind === 'failed') warnings.push(outcome.warning);
    }
    return { deployment, warnings };
  }
  if (channel === undefined) return { deployment, warnings: [NO_CHANNEL] };
  if (deployment.slack === undefined && !isNews(deployment)) return undefined;
  const outcome = await putMessage(createSlack({ token, apiUrl, env, signal }), {
    channel,
    previous: deployment.slack,
    message: renderDeployment(deployment, surroundings),
    replies: newStages(settings, report, deployment).map((stage) => ({
      message: renderDetails(stage, deployment, surroundings),
      broadcast: isTrouble(stage),
    })),
  });
  const { place, warnings } = outcome;
  return { deployment: place === undefined ? deployment : { ...deployment, slack: place }, warnings };
}

const NO_CHANNEL =
  'No message on Slack: there is a token, and no channel. Give the input `slack_channel`, the ID that stands at the end of the channel’s “About” tab, such as C0123456789.';

/** Most deployments change no database: nobody needs to hear of those. */
function isNews({ stages, code }: Deployment): boolean {
  return (
    code?.state === 'failed' ||
    stages.some((stage) => stage.applied + stage.pending > 0 || stage.unread === true || isBad(stage))
  );
}

/** What this run itself has found out: a plan or an apply its own stage, `notify` those of jobs that could say nothing. */
function newStages(
  { telling }: Settings,
  { command, startedAt, target }: Report,
  { stages }: Deployment,
): readonly Stage[] {
  // A run that is cancelled has no time to tell anybody.
  const untold = ({ state }: Stage): boolean =>
    command === 'notify' && telling.codeResult === undefined && state === 'cancelled';
  const known = (stage: Stage): boolean => !untold(stage) && Date.parse(stage.at) < Date.parse(startedAt);
  return stages.filter(
    (stage) =>
      stage.state !== 'skipped' &&
      stage.state !== 'noop' &&
      !known(stage) &&
      (command === 'notify' || target === undefined || stage.environment === target.environment),
  );
}

function messagesOf(settings: Settings, report: Report, deployment: Deployment, surroundings: Surroundings) {
  const stages = newStages(settings, report, deployment).filter(isWorthAMessage);
  const messages = stages.map((stage) => renderStage(stage, deployment, surroundings));
  const code = report.command === 'notify' && isNews(deployment) ? renderCode(deployment, surroundings) : undefined;
  return code === undefined ? messages : [...messages, code];
}
