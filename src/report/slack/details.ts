import type { Deployment, Stage } from '../deployment/model.ts';
import { SLACK } from '../limits.ts';
import { count } from '../words.ts';
import { joined, type SlackBlock, type SlackMessage, section, sections, sizeOf } from './blocks.ts';
import { type Line, written } from './lines.ts';
import { stageHead, stageLines } from './stage.ts';
import type { Surroundings } from './surroundings.ts';

/** For the message's thread: one environment by itself, with its migrations by name. */
export function renderDetails(stage: Stage, deployment: Deployment, surroundings: Surroundings): SlackMessage {
  const head = stageHead(stage, surroundings);
  const lines = stageLines(stage, deployment, surroundings).map(written);
  const blocks = [section([written(head), ...lines])];
  if (areNamed(stage.migrations, lines.join('\n'))) return { text: joined([written(head)], SLACK.text), blocks };
  return { text: joined([written(head)], SLACK.text), blocks: [...blocks, ...migrationBlocks(stage, blocks)] };
}

function areNamed(migrations: readonly string[], text: string): boolean {
  return migrations.every((name) => text.includes(written([{ name }])));
}

/** As many of the names as there is room for; the others are counted. */
function migrationBlocks({ migrations, applied, pending }: Stage, before: readonly SlackBlock[]): SlackBlock[] {
  const total = Math.max(migrations.length, applied + pending);
  const room = SLACK.budget - before.reduce((sum, block) => sum + sizeOf(block), 0);
  for (let number = Math.min(migrations.length, MOST_NAMES); ; number = Math.floor(number / 2)) {
    const names = migrations.slice(0, number).map((name): Line => ['• ', { name }]);
    const left = total - number;
    const lines = [...names, ...(left > 0 ? [[`and ${left} more`] satisfies Line] : [])].map(written);
    const blocks = sections([`${count(total, 'migration')}:`, ...lines]);
    if (number === 0 || blocks.reduce((sum, block) => sum + sizeOf(block), 0) <= room) return blocks;
  }
}

/** Nobody reads more of them in a chat. */
const MOST_NAMES = 100;
