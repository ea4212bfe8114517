import { expect, test } from 'vitest';
import { parseVersion, untestedNotice } from '../../../../src/rehearsal/server/versions.ts';

test.each([
  ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', { major: 15, text: '15.18' }],
  ['postgres (PostgreSQL) 18.4', { major: 18, text: '18.4' }],
  ['postgres (PostgreSQL) 19beta1', { major: 19, text: '19beta1' }],
  ['postgres (PostgreSQL) 20devel', { major: 20, text: '20devel' }],
  ['17.10', { major: 17, text: '17.10' }],
  ['Segmentation fault', undefined],
  ['', undefined],
])('%s', (said, version) => {
  expect(parseVersion(said)).toEqual(version);
});

test.each([14, 19])('Postgres %i is not tested, and that is told', (major) => {
  expect(untestedNotice(major)).toContain(`Postgres ${major} is not among`);
});

test.each([15, 16, 17, 18])('Postgres %i is tested', (major) => {
  expect(untestedNotice(major)).toBeUndefined();
});
