import { describe, expect, it } from 'vitest';
import { referenceOf, withReference } from '../../../scripts/docs/references.ts';
import { read, templates } from './files.ts';

/** How templates and pages name Lockstep: by the one address in package.json, and the version there. */

const manifest = (url: string, version: string): string => JSON.stringify({ repository: { url }, version });
const ours = { repository: 'acme/lockstep', ref: 'v2', released: true };

describe('the reference', () => {
  it.each([
    ['git+https://github.com/acme/lockstep.git', '0.1.0', '', { ...ours, ref: 'v0', released: false }],
    ['https://github.com/acme/lockstep', '2.3.4', '## [2.3.4] - 2027-01-01', ours],
  ])('is made from %s at %s', (url, version, changelog, expected) => {
    expect(referenceOf(manifest(url, version), changelog)).toEqual(expected);
  });

  it('is refused where there is none', () => {
    expect(() => referenceOf(manifest('https://example.com/x', '1.0.0'), '')).toThrow('no GitHub repository');
  });

  it.each([
    ['- uses: lockstep-dev/lockstep@v0 # not released yet: name a commit', '- uses: acme/lockstep@v2'],
    ['uses: other/lockstep/.github/workflows/check.yml@v1\n', 'uses: acme/lockstep/.github/workflows/check.yml@v2\n'],
    ['https://github.com/other/lockstep/blob/v0/docs/x.md', 'https://github.com/acme/lockstep/blob/v2/docs/x.md'],
    ['uses: actions/checkout@v7', 'uses: actions/checkout@v7'],
  ])('is put into %s', (before, after) => {
    expect(withReference(before, ours)).toBe(after);
    expect(withReference(after, ours)).toBe(after);
  });

  it('says that there is no release, as long as there is none', () => {
    const stamped = withReference('uses: acme/lockstep@v9', { ...ours, released: false });
    expect(stamped).toBe('uses: acme/lockstep@v2 # not released yet: name a commit');
  });

  it.each(templates)('stands in $path, and no other', ({ path, text }) => {
    const reference = referenceOf(read('package.json'), read('CHANGELOG.md'));
    expect(text).toContain(`uses: ${reference.repository}`);
    expect(withReference(read(path), reference)).toBe(read(path));
  });
});
