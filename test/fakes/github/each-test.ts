import { afterEach, beforeEach, expect } from 'vitest';
import { type GithubStandIn, startGithub } from './stand-in.ts';

/** A GitHub of its own for each test of a file, which has to find nothing wrong with what it is asked. */
export function githubOfEachTest(): () => GithubStandIn {
  let standIn: GithubStandIn;
  beforeEach(async () => {
    standIn = await startGithub();
  });
  afterEach(async () => {
    expect(standIn.problems).toEqual([]);
    await standIn.close();
  });
  return () => standIn;
}
