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

/** A comment of `check` that takes the place of another: what became of the deployment stays. */
export function keepingDeployment(body: string, before: string): string {
  const { start, end } = spanOf(before);
  const block = before.slice(start, end);
  if (block === '' || body.length + block.length + 3 > COMMENT.most) return body;
  const [first = ''] = body.split('\n', 1);
  return `${first}\n${block}\n\n${body.slice(first.length + 1)}`;
}

const NO_ROOM = 'What the check said is left out for want of room: its run has it.';

function blockIn(body: string): Block {
  const { start, end } = spanOf(body);
  const after = body.slice(end).replace(/^[\r\n]+/, '');
  return { before: body.slice(0, start), deployment: knownIn(body.slice(start, end))?.deployment, after };
}

/** Where the block is, or, where there is none, where it belongs: below the marker of `check`, which stays the first line. */
function spanOf(body: string): { readonly start: number; readonly end: number } {
  const [first = ''] = body.split('\n', 1);
  const start = body.startsWith(BEGIN) || first === '' ? 0 : Math.min(body.length, first.length + 1);
  const end = body.startsWith(BEGIN, start) ? body.indexOf(END, start) : -1;
  return { start, end: end < 0 ? start : end + END.length };
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
function slim({ v, repository, commit, database, stages, code }: Deployment): Deployment {
  const short = stages.slice(0, MOST_STAGES).map(({ failure, url: _, digest: __, ...stage }: Stage): Stage => {
    if (failure === undefined) return { ...stage, migrations: [] };
    const { path: ___, ...why } = failure;
    return { ...stage, migrations: [], failure: { ...why, message: shorten(why.message, 200) } };
  });
  return {
    ...{ v, repository, commit, stages: short },
    ...(database === undefined ? {} : { database }),
    ...(code === undefined ? {} : { code }),
  };
}
