import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LogReader } from '../../../src/rehearsal/server/log-reader.ts';

const ENTRIES = ['one\n', 'two\n\tgoes on\n', 'three\n\tgoes on\n'];

it('tells of a log that there was more of it than is read, and reads no half entry', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'log');
  const whole = ENTRIES.join('');
  for (let most = 1; most < whole.length; most++) {
    writeFileSync(file, 'before\n');
    const log = new LogReader(file, most);
    await log.skip();
    appendFileSync(file, whole);
    const read = await log.read();
    expect(log.isCut, read).toBe(true);
    expect(['', 'one\n', 'one\ntwo\n\tgoes on\n']).toContain(read);
  }
  const log = new LogReader(file, whole.length + 'before\n'.length);
  expect(await log.read()).toBe(`before\n${whole}`);
  expect(log.isCut).toBe(false);
  appendFileSync(file, 'more\n');
  expect(await log.read()).toBe('more\n');
});
