import { isBad } from '../deployment/lines.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { SLACK } from '../limits.ts';
import { context, joined, type SlackMessage, section } from './blocks.ts';
import { codeHead, codeLines } from './code.ts';
import { about } from './heading.ts';
import { type Line, written } from './lines.ts';
import { stageHead, stageLines } from './stage.ts';
import type { Surroundings } from './surroundings.ts';

/** What a webhook posts can never be changed: one message for each environment, once there is something to know or to do. */

export function isWorthAMessage(stage: Stage): boolean {
  return ['waiting', 'applied', 'cancelled'].includes(stage.state) || (isBad(stage) && stage.state !== 'busy');
}

export function renderStage(stage: Stage, deployment: Deployment, surroundings: Surroundings): SlackMessage {
  const lines = stageLines(stage, deployment, surroundings);
  return alone(stageHead(stage, surroundings), lines, deployment, surroundings);
}

/** undefined: nobody has said how the deploy of the code ended. */
export function renderCode(deployment: Deployment, surroundings: Surroundings): SlackMessage | undefined {
  const { code } = deployment;
  return code && alone(codeHead(code, surroundings), codeLines(code), deployment, surroundings);
}

/** A message that has to say by itself what it is about. Those who know no blocks show its text: all of it stands there, too. */
function alone(head: Line, lines: readonly Line[], deployment: Deployment, surroundings: Surroundings): SlackMessage {
  const [sign = '', ...words] = head;
  const first = written([sign, { subject: deployment.repository }, ': ', ...words]);
  const rest = lines.map(written);
  const small = written(about(deployment, surroundings));
  return {
    text: joined([first, small, ...rest], SLACK.text),
    blocks: [section([first, ...rest]), context([small])],
  };
}
