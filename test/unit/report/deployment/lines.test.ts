import { describe, expect, it } from 'vitest';
import { deploymentLines, deploymentPhrases, helpOf, isBad } from '../../../../src/report/deployment/lines.ts';
import { type Deployment, STAGE_STATES, type Stage } from '../../../../src/report/deployment/model.ts';
import type { Phrase } from '../../../../src/report/phrases.ts';

const none: Deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [] };

function stage(state: Stage['state'], about: Partial<Stage> = {}): Stage {
  return {
    environment: 'production',
    state,
    at: '2026-11-27T10:00:00.000Z',
    applied: 0,
    pending: 0,
    migrations: [],
    ...about,
  };
}

const text = (phrases: readonly Phrase[]): string =>
  phrases.map((phrase) => (typeof phrase === 'string' ? phrase : `\`${phrase.name}\``)).join('');

const lineOf = (one: Stage): string =>
  text(deploymentLines({ ...none, stages: [one] })[0]?.phrases ?? []).replace(/, (?:since )?2026-11-27 10:00 UTC$/, '');

describe('a stage in words', () => {
  it.each<[string, Stage]>([
    ['2 migrations to apply', stage('planned', { pending: 2 })],
    ['checks to run', stage('planned')],
    ['waiting for approval: 1 migration', stage('waiting', { pending: 1 })],
    ['waiting for approval: checks to run', stage('waiting')],
    ['waiting for approval: the database was not read', stage('waiting', { unread: true })],
    ['3 migrations applied (1.2 s)', stage('applied', { applied: 3, durationMs: 1_200 })],
    ['nothing to do', stage('noop')],
    ['superseded: the database is at a later commit', stage('superseded')],
    ['stopped half-way: 1 applied, 2 not', stage('partial', { applied: 1, pending: 2 })],
    ['failed: no migration applied', stage('failed', { pending: 2 })],
    ['refused: no migration ran', stage('refused')],
    ['another run held the lock: no migration ran', stage('busy')],
    ['no answer', stage('error')],
    ['not approved, or its job ended without a word', stage('rejected')],
    ['cancelled: 1 applied, 1 not', stage('cancelled', { applied: 1, pending: 1 })],
    ['not begun', stage('skipped')],
  ])('%s', (words, one) => expect(lineOf(one)).toBe(words));

  it('has words for every state', () => {
    for (const state of STAGE_STATES) expect(lineOf(stage(state))).not.toBe('');
  });

  it('that stopped says where, why, who was in the way, and what to do', () => {
    const failure = {
      message: 'lock timeout',
      migration: '002_b',
      statement: 2,
      line: 7,
      sqlstate: '55P03',
      blocker: 'psql (pid 9)',
    };
    const [line] = deploymentLines({ ...none, stages: [stage('partial', { applied: 1, failure })] });
    expect(line?.mood).toBe('bad');
    expect(line?.details?.map(text)).toEqual([
      '`002_b`, statement 2, line 7: lock timeout (SQLSTATE 55P03)',
      'It waited for psql (pid 9).',
    ]);
    expect(line?.help).toContain('start the failed jobs again');
  });

  it('that only a person can settle names the command', () => {
    const failure = { message: 'nothing can tell', migration: '002_b', settle: true as const };
    expect(helpOf(stage('failed', { failure }))).toContain(
      'lockstep resolve 002_b --environment production --database-url-env DATABASE_URL --as',
    );
  });

  it('asks for nothing when there is nothing to do', () => {
    for (const state of ['applied', 'noop', 'planned', 'waiting', 'superseded', 'skipped'] as const) {
      expect(helpOf(stage(state))).toBeUndefined();
      expect(isBad(stage(state))).toBe(false);
    }
  });
});

describe('a deployment in a line', () => {
  it.each<[string, Deployment, boolean | undefined]>([
    [
      '`production`: 1 migration applied; the code may follow',
      { ...none, stages: [stage('applied', { applied: 1 })] },
      true,
    ],
    [
      '`production`: failed: no migration applied; the code does not follow',
      { ...none, stages: [stage('failed')] },
      false,
    ],
    ['`production`: cancelled; the code does not follow', { ...none, stages: [stage('cancelled')] }, false],
    ['the code does not follow', { ...none, stages: [stage('superseded')] }, false],
    [
      'the code failed to deploy; the schema stays',
      { ...none, stages: [stage('applied')], code: { state: 'failed', at: '2026-11-27T10:00:00.000Z' } },
      true,
    ],
    [
      'migrations and code are deployed',
      { ...none, stages: [stage('applied')], code: { state: 'deployed', at: '2026-11-27T10:00:00.000Z' } },
      undefined,
    ],
  ])('%s', (words, deployment, deployCode) => expect(text(deploymentPhrases(deployment, deployCode))).toBe(words));
});

describe('when it was', () => {
  it.each([
    ['applied', '1 migration applied, 2026-11-27 10:00 UTC'],
    ['waiting', 'waiting for approval: checks to run, since 2026-11-27 10:00 UTC'],
    ['rejected', 'not approved, or its job ended without a word, 2026-11-27 10:00 UTC'],
    ['noop', 'nothing to do'],
    ['skipped', 'not begun'],
  ] as const)('is told of what happened: %s', (state, expected) => {
    const applied = state === 'applied' ? 1 : 0;
    const [line] = deploymentLines({ ...none, stages: [stage(state, { applied })] });
    expect(text(line?.phrases ?? [])).toBe(expected);
  });
});

describe('what waits', () => {
  const detailsOf = (one: Stage): string[] =>
    (deploymentLines({ ...none, stages: [one] })[0]?.details ?? []).map((line) => text(line as Phrase[]));

  it('says who may approve, as long as it waits', () => {
    const approvers = ['grace', 'the team dba'];
    expect(detailsOf(stage('waiting', { pending: 1, approvers }))).toEqual([
      'It may be approved by `grace`, `the team dba`.',
    ]);
    expect(detailsOf(stage('applied', { applied: 1, approvers }))).toEqual([]);
    expect(detailsOf(stage('waiting', { pending: 1 }))).toEqual([]);
  });

  it('unread says what that means', () => {
    expect(helpOf(stage('waiting', { unread: true }))).toContain('approves that unseen');
    expect(helpOf(stage('waiting', { pending: 1 }))).toBeUndefined();
  });

  it('is the headline, until the code has something to say', () => {
    const waiting = { ...none, stages: [stage('applied'), stage('waiting', { unread: true })] };
    expect(text(deploymentPhrases(waiting, false))).toBe(
      '`production`: waiting for approval: the database was not read',
    );
  });
});
