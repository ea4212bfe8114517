import { codeWords, ROLL_BACK_CODE } from '../deployment/lines.ts';
import type { Deployment } from '../deployment/model.ts';
import type { Line } from './lines.ts';
import { CODE_SIGNS } from './signs.ts';
import { ownAddress, type Surroundings } from './surroundings.ts';

type Code = NonNullable<Deployment['code']>;

export function codeHead({ state, url }: Code, surroundings: Surroundings): Line {
  const address = ownAddress(url, surroundings);
  return [
    `${CODE_SIGNS[state]} `,
    { subject: 'code' },
    `: ${codeWords(state)}`,
    ...(address === undefined ? [] : [' · ', { label: 'run', address }]),
  ];
}

export function codeLines({ state }: Code): Line[] {
  if (state === 'failed') return [[ROLL_BACK_CODE]];
  return state === 'cancelled' ? [['Nobody knows how far it came. The schema stays as it is.']] : [];
}
