import { deploymentLines } from '../deployment/lines.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { merged, readDeployment } from '../deployment/state.ts';
import type { Links } from '../links.ts';
import { shorten } from '../shorten.ts';
import { shortCommit } from '../words.ts';
import { hidden, hiddenIn } from './marker.ts';
import { lineItem } from './target.ts';
import { code, link } from './text.ts';

/**
 * The pull request's comment lives on after the merge: above what `check` said stands what has become of the deployment,
 * between two marks by which the next job finds it again, with what it must know of it hidden in the first one.
 */

const BEGIN = '<!-- lockstep-deployment ';
const END = '<!-- /lockstep-deployment -->';
/** More environments than this nobody has. */
const MOST_STAGES = 20;

interface Block {
  readonly before: string;
  readonly deployment: Deployment | undefined;
  readonly after: string;
}

/** Whether a comment is about a deployment alone, since there was none of `check`'s. */
export function isDeploymentComment(body: string): boolean {
  return body.startsWith(BEGIN);
}

/** A comment with this deployment in it, together with what it said of the same one before. */
export function withDeploymentBlock(body: string, deployment: Deployment, links: Links | undefined): string {
  const { before, deployment: known, after } = blockIn(body);
  const all = known?.commit === deployment.commit ? merged(known, deployment) : deployment;
  return `${before}${blockOf(all, links)}${after === '' ? '' : `\n${after}`}`;
}

function blockIn(body: string): Block {
  const [first = ''] = body.split('\n', 1);
  // The marker of `check` stays the first line.
  const start = isDeploymentComment(body) || first === '' ? 0 : first.length + 1;
  const before = start === 0 ? '' : `${first}\n`;
  const rest = body.slice(start);
  const json = hiddenIn(BEGIN, rest);
  const end = rest.indexOf(END);
  if (json === undefined || end < 0) return { before, deployment: undefined, after: rest };
  return { before, deployment: readDeployment(json), after: rest.slice(end + END.length).replace(/^\n+/, '') };
}

function blockOf(deployment: Deployment, links: Links | undefined): string {
  const { commit } = deployment;
  const name = code(shortCommit(commit), 40);
  const title = links === undefined ? name : link(name, `${links.repository}/commit/${commit}`);
  const run = links?.run === undefined ? '' : `\n\n${link('The run', links.run)} tells more.`;
  const lines = deploymentLines(deployment).map((line) => lineItem(line));
  return `${hidden(BEGIN, slim(deployment))}\n**Deployment of ${title}**\n\n${lines.join('\n')}${run}\n\n${END}\n`;
}

/** What the next job has to know. */
function slim({ stages, ...deployment }: Deployment): Deployment {
  const short = stages.slice(0, MOST_STAGES).map(({ failure, migrations: _, ...stage }: Stage): Stage => {
    if (failure === undefined) return { ...stage, migrations: [] };
    return { ...stage, migrations: [], failure: { ...failure, message: shorten(failure.message, 200) } };
  });
  return { ...deployment, stages: short };
}
