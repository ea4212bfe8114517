import { expect, test } from 'vitest';
import { compareVersions, nextName, versionedName } from '../../../../src/project/layouts/names.ts';

test.each([
  ['001_create.sql', { prefix: '', version: '001', separator: '_', rest: 'create.sql' }],
  ['7.sql', { prefix: '', version: '7', separator: '.', rest: 'sql' }],
  ['20240131120000-add it.sql', { prefix: '', version: '20240131120000', separator: '-', rest: 'add it.sql' }],
  ['12 größe.sql', { prefix: '', version: '12', separator: ' ', rest: 'größe.sql' }],
  ['V2__x.sql', { prefix: 'V', version: '2', separator: '__', rest: 'x.sql' }],
  ['V1_2__x.sql', { prefix: 'V', version: '1_2', separator: '__', rest: 'x.sql' }],
  ['V2_x.sql', { prefix: 'V', version: '2', separator: '_', rest: 'x.sql' }],
  ['1.2.3_x.sql', { prefix: '', version: '1.2.3', separator: '_', rest: 'x.sql' }],
  ['2024-01-31_x.sql', { prefix: '', version: '2024-01-31', separator: '_', rest: 'x.sql' }],
  ['2024_01_31_120000_x.sql', { prefix: '', version: '2024_01_31_120000', separator: '_', rest: 'x.sql' }],
  ['001_2fa.sql', { prefix: '', version: '001', separator: '_', rest: '2fa.sql' }],
  ['2fa.sql', undefined],
  ['create.sql', undefined],
  ['R__view.sql', undefined],
])('%s is read as %j', (name, expected) => {
  expect(versionedName(name)).toEqual(expected);
});

test.each([
  ['9', '10', -1],
  ['009', '9', 0],
  ['1.2', '1.10', -1],
  ['1.2', '1.2.0', 0],
  ['99999999999999999999999', '99999999999999999999998', 1],
  ['2024-01-31', '2024-02-01', -1],
])('%s against %s: %i', (a, b, expected) => {
  expect(compareVersions(a, b)).toBe(expected);
  expect(compareVersions(b, a)).toBe(expected === 0 ? 0 : -expected);
});

const now = new Date('2026-03-04T05:06:07Z');

test.each([
  [undefined, 'm/add.sql', 'm/001_add.sql'],
  ['012', 'm/007_add x.sql', 'm/013_add x.sql'],
  ['999', 'm/7_add.sql', 'm/1000_add.sql'],
  ['12', 'm/sub/7-add.up.sql', 'm/sub/13-add.up.sql'],
  ['12', '7.sql', '13.sql'],
  ['12', 'm/V7__add.sql', 'm/V13__add.sql'],
  ['1.9', 'm/1.3_add.sql', 'm/1.10_add.sql'],
  ['12', 'm/R__view.sql', 'm/13_view.sql'],
  ['12', 'm/7add.sql', 'm/13_add.sql'],
  ['20240101000000', 'm/20230101000000_add.sql', 'm/20260304050607_add.sql'],
  ['20260304050607', 'm/20230101000000_add.sql', 'm/20260304050608_add.sql'],
  ['20991231235959', 'm/20230101000000_add.sql', 'm/21000101000000_add.sql'],
  ['20261399000000', 'm/20230101000000_add.sql', 'm/20270409000001_add.sql'],
  ['2024-01-31', 'm/2023-01-01_add.sql', 'm/2026-03-04_add.sql'],
  ['2026-03-04', 'm/2023-01-01_add.sql', 'm/2026-03-05_add.sql'],
  ['1700000000', 'm/1600000000_add.sql', 'm/1700000001_add.sql'],
])('after %s, %s becomes %s', (newest, path, expected) => {
  expect(nextName(newest, path, now)).toBe(expected);
});
