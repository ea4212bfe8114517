import { stageWords } from '../deployment/lines.ts';
import type { Deployment, Stage } from '../deployment/model.ts';
import { count, shortCommit } from '../words.ts';
import { codeHead } from './code.ts';
import type { Line, Piece } from './lines.ts';
import { isTrouble, SIGNS } from './signs.ts';
import type { Surroundings } from './surroundings.ts';

/** '⏳ *acme/shop*: production: waiting for approval: 2 migrations': what matters most, in one line. */
export function title(deployment: Deployment): Line {
  const { repository, code } = deployment;
  const subject = { subject: repository };
  const nowhere = { server: undefined };
  if (code !== undefined && code.state !== 'skipped') {
    const [sign = '', , words = ''] = codeHead(code, nowhere);
    return [sign, subject, ': code', words];
  }
  const stage = decisive(deployment);
  if (stage === undefined) return ['📋 ', subject, ': a deployment has begun'];
  return [`${SIGNS[stage.state]} `, subject, ': ', { subject: stage.environment }, `: ${stageWords(stage)}`];
}

/** The first that somebody has to do something about, else how far it has come. */
export function decisive({ stages }: Deployment): Stage | undefined {
  return stages.find(isTrouble) ?? stages.at(-1);
}

/** 'Commit 1a2b3c4, “Split the name”, #42, by ada': what it is that is deployed. */
export function about(deployment: Deployment, { server }: Surroundings): Line {
  const { repository, commit, title: subject, pullRequest, author, database } = deployment;
  const page = server === undefined || !REPOSITORY.test(repository) ? undefined : `${server}/${repository}`;
  const pieces: Piece[][] = [
    ['Commit ', ...commitPieces(commit, page)],
    ...(subject === undefined ? [] : [[{ quote: subject }]]),
    ...(pullRequest === undefined
      ? []
      : [[{ label: `#${pullRequest}`, address: page && `${page}/pull/${pullRequest}` }]]),
    ...(author === undefined ? [] : [['by ', { name: author }]]),
    ...(database === undefined ? [] : [['database ', { name: database }]]),
  ];
  return pieces.flatMap((piece, index) => (index === 0 ? piece : [' · ', ...piece]));
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

function commitPieces(commit: string, page: string | undefined): Piece[] {
  if (!/^[0-9a-f]{7,64}$/.test(commit) || page === undefined) return [{ name: shortCommit(commit) }];
  return [{ label: shortCommit(commit), address: `${page}/commit/${commit}` }];
}

/** For a deployment with more environments than a message has room for. */
export function moreStages(left: number): string {
  return `And ${count(left, 'more environment')}: see the run.`;
}
