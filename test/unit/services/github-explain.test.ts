import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/services/github/explain.ts';
import { GithubError, type GithubFailure } from '../../../src/services/github/github.ts';
import type { ReadOnly } from '../../../src/settings/actions.ts';

const github = { host: 'ghe.acme.example', repository: 'acme/shop' };
const permissions = 'permissions:\n  contents: read\n  pull-requests: write';

function explained(failure: GithubFailure, readOnly?: ReadOnly): string {
  return explain(new GithubError(failure), { github, pullRequest: 42, readOnly });
}

const refused = (status: number, said: string): GithubFailure => ({ kind: 'refused', status, said });
const network = (said: string, proxied = false): GithubFailure => ({ kind: 'network', said, proxied });

describe('a warning says what is the case and what to do', () => {
  it.each<{ failure: GithubFailure; readOnly?: ReadOnly; says: readonly string[] }>([
    { failure: refused(401, 'Bad credentials'), says: ['expired', 'Bad credentials', 'Set github_token anew'] },
    { failure: refused(403, 'Resource not accessible by integration'), says: [permissions, 'an app of your own'] },
    {
      failure: refused(403, 'Resource not accessible by personal access token'),
      says: ['"Pull requests: Read and write" for acme/shop', permissions],
    },
    { failure: refused(403, 'Resource protected by organization SAML enforcement.'), says: ['SAML enforcement'] },
    { failure: refused(403, 'Unable to create comment because issue is locked.'), says: ['Unlock it'] },
    { failure: refused(422, 'Validation Failed: issue is locked'), says: ['Unlock it'] },
    { failure: refused(403, 'Repository was archived so is read-only.'), says: ['acme/shop is archived'] },
    { failure: refused(404, 'Not Found'), says: ['no access to acme/shop', 'no such pull request', permissions] },
    { failure: refused(410, 'Issues are disabled for this repo'), says: ['issues are switched off'] },
    { failure: refused(422, 'Body is too long (maximum is 65536 characters)'), says: ['65536', 'report it'] },
    { failure: refused(422, 'Validation Failed'), says: ['refused it with 422 (Validation Failed)'] },
    { failure: { kind: 'rate-limit', waitSeconds: undefined }, says: ['too many requests', '(rate limit). '] },
    { failure: { kind: 'rate-limit', waitSeconds: 60 }, says: ['for another 60 s'] },
    { failure: { kind: 'rate-limit', waitSeconds: 100 }, says: ['for another 2 minutes'] },
    { failure: { kind: 'server', status: 502 }, says: ['ghe.acme.example', '502', 'again later'] },
    { failure: network('getaddrinfo ENOTFOUND ghe'), says: ['ghe.acme.example cannot be reached', 'set HTTPS_PROXY'] },
    { failure: network('connect ECONNREFUSED', true), says: ['A proxy is set', 'NO_PROXY'] },
    { failure: network('self-signed certificate in certificate chain'), says: ['NODE_EXTRA_CA_CERTS'] },
    { failure: { kind: 'strange' }, says: ["is not GitHub's API", '/api/v3'] },
    { failure: { kind: 'slow', limitMs: 60_000 }, says: ['60 seconds'] },
    { failure: { kind: 'cancelled' }, says: ['cancelled'] },
  ])('$failure', ({ failure, says }) => {
    const warning = explained(failure);
    expect(warning).toMatch(/^No comment on pull request #42: \S/);
    for (const each of says) expect(warning).toContain(each);
  });

  it.each(['fork', 'dependabot'] as const)('and nothing to do for a %s whose token may only read', (readOnly) => {
    const warning = explained(refused(403, 'Resource not accessible by integration'), readOnly);
    expect(warning).toContain('nothing to mend');
    expect(warning).toContain("The verdict, the job's summary and the annotations stand");
    expect(warning).not.toContain('permissions:');
  });

  it('while what else goes wrong there is told as ever', () => {
    expect(explained(refused(401, 'Bad credentials'), 'fork')).toContain('expired');
    expect(explained(refused(403, 'issue is locked'), 'fork')).toContain('Unlock it');
  });

  it('and no secret of a mistake of ours', () => {
    const error = new Error('cannot parse postgres://app:s3cret@db/shop');
    expect(explain(error, { github, pullRequest: 42, readOnly: undefined })).toMatch(/postgres:\/\/\*\*\*@db.*bug/);
  });
});
