import type { Deployment, Stage } from '../deployment/model.ts';
import { SLACK } from '../limits.ts';
import { context, joined, type SlackBlock, type SlackMessage, section } from './blocks.ts';
import { codeHead, codeLines } from './code.ts';
import { fitted, type Part } from './fit.ts';
import { about, decisive, moreStages, title } from './heading.ts';
import { type Line, written } from './lines.ts';
import { isTrouble } from './signs.ts';
import { stageHead, stageLines } from './stage.ts';
import type { Surroundings } from './surroundings.ts';

/** Room is given in this order: what it is about, what the title tells of, what somebody has to look at, and the rest. */
const RANKS = { heading: 0, code: 1, first: 2, trouble: 3, waiting: 4, other: 5 } as const;

/** The one message of a deployment, as it stands now: it is written over from job to job. */
export function renderDeployment(deployment: Deployment, surroundings: Surroundings): SlackMessage {
  const { stages, code } = deployment;
  const heading = [section([written(title(deployment))]), context([written(about(deployment, surroundings))])];
  const parts: Part[] = [
    { full: heading, brief: heading, rank: RANKS.heading },
    ...stages.map((stage) => ({
      ...part(stageHead(stage, surroundings), stageLines(stage, deployment, surroundings)),
      rank: stage === decisive(deployment) ? RANKS.first : rankOf(stage),
    })),
    ...(code === undefined ? [] : [{ ...part(codeHead(code, surroundings), codeLines(code)), rank: RANKS.code }]),
  ];
  return { text: joined([written(title(deployment))], SLACK.text), blocks: fitted(parts, moreStages) };
}

function rankOf(stage: Stage): number {
  if (isTrouble(stage)) return RANKS.trouble;
  return stage.state === 'waiting' ? RANKS.waiting : RANKS.other;
}

function part(head: Line, lines: readonly Line[]): { full: SlackBlock[]; brief: SlackBlock[] } {
  const first = written(head);
  return { full: [section([first, ...lines.map(written)])], brief: [section([first])] };
}
