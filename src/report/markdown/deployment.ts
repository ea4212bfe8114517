import { deploymentLines } from '../deployment/lines.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { merged, readDeployment } from '../deployment/state.ts';
import { COMMENT } from '../limits.ts';
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

/** What a comment is about that is about a deployment alone, since there was none of `check`'s; undefined: it is another one. */
export function deploymentScope(body: string): string | undefined {
  return knownIn(body)?.scope;
}

/** A comment with this deployment in it, together with what it said of the same one before. */
export function withDeploymentBlock(
  body: string,
  {
    scope,
    deployment,
    links,
  }: { readonly scope: string; readonly deployment: Deployment; readonly links: Links | undefined },
): string {
  const { before, deployment: known, after } = blockIn(body);
  const all = known?.commit === deployment.commit ? merged(known, deployment) : deployment;
  const block = `${before}${blockOf(scope, all, links)}`;
  if (after === '') return block;
  // What is cut in the middle is no Markdown any more.
  return block.length + after.length < COMMENT.most ? `${block}\n${after}` : `${block}\n${NO_ROOM}\n`;
}

const NO_ROOM = 'What the check said is left out for want of room: its run has it.';

function blockIn(body: string): Block {
  const [first = ''] = body.split('\n', 1);
  // The marker of `check` stays the first line.
  const start = body.startsWith(BEGIN) || first === '' ? 0 : first.length + 1;
  const before = start === 0 ? '' : `${first}\n`;
  const rest = body.slice(start);
  const end = rest.startsWith(BEGIN) ? rest.indexOf(END) : -1;
  if (end < 0) return { before, deployment: undefined, after: rest };
  const after = rest.slice(end + END.length).replace(/^[\r\n]+/, '');
  return { before, deployment: knownIn(rest)?.deployment, after };
}

interface Known {
  readonly scope: string;
  readonly deployment: Deployment | undefined;
}

function knownIn(text: string): Known | undefined {
  try {
    const { scope, deployment } = JSON.parse(hiddenIn(BEGIN, text) ?? '') as Record<string, unknown>;
    return typeof scope === 'string' ? { scope, deployment: readDeployment(JSON.stringify(deployment)) } : undefined;
  } catch {
    return undefined;
  }
}

function blockOf(scope: string, deployment: Deployment, links: Links | undefined): string {
  const { commit } = deployment;
  const name = code(shortCommit(commit), 40);
  const title = links === undefined ? name : link(name, `${links.repository}/commit/${commit}`);
  const run = links?.run === undefined ? '' : `\n\n${link('The run', links.run)} tells more.`;
  const lines = deploymentLines(deployment).map((line) => lineItem(line));
  const text = `**Deployment of ${title}**\n\n${lines.join('\n')}${run}`;
  // A file may be called like the mark, and stand there as an example.
  return `${hidden(BEGIN, { scope, deployment: slim(deployment) })}\n${text.replaceAll(END, '')}\n\n${END}\n`;
}

/** What the next job has to know. */
function slim({ stages, ...deployment }: Deployment): Deployment {
  const short = stages.slice(0, MOST_STAGES).map(({ failure, migrations: _, ...stage }: Stage): Stage => {
    if (failure === undefined) return { ...stage, migrations: [] };
    return { ...stage, migrations: [], failure: { ...failure, message: shorten(failure.message, 200) } };
  });
  return { ...deployment, stages: short };
}
