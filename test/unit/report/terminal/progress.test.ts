import { describe, expect, it, vi } from 'vitest';
import { columns } from '../../../../src/report/terminal/columns.ts';
import { createProgress, type Progress, type ProgressOptions } from '../../../../src/report/terminal/progress.ts';

function told(options: Partial<ProgressOptions>, tell: (progress: Progress) => void): string {
  let text = '';
  tell(createProgress({ quiet: false, live: false, color: false, width: 40, ...options }, (part) => (text += part)));
  return text;
}

const aRun = (progress: Progress): void => {
  progress.step('starting Postgres');
  progress.done('Postgres 17.10', 312);
  progress.step('running npm test');
  progress.stream('ok 1');
  progress.done('the tests passed', 65_000);
  progress.close();
};

/** What a terminal of one line's height of memory shows in the end: carriage return and erase obeyed. */
function screen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\r\u001b[2K').at(-1) ?? '')
    .join('\n');
}

describe('progress', () => {
  it('is a line for each end in a log, and one for the beginning of what prints', () => {
    expect(told({}, aRun)).toBe(
      'Postgres 17.10 (312 ms)\nrunning npm test ...\n  | ok 1\nthe tests passed (1 min 5 s)\n',
    );
  });

  it('tells in a log where a run hangs', () => {
    vi.useFakeTimers();
    try {
      const text = told({}, (progress) => {
        progress.step('starting Postgres');
        vi.advanceTimersByTime(900);
        progress.step('replaying 500 migrations');
        vi.advanceTimersByTime(1_100);
        progress.done('replayed', 1_100);
        progress.step('never told, since nothing more comes');
        progress.close();
        vi.advanceTimersByTime(5_000);
      });
      expect(text).toBe('replaying 500 migrations ...\nreplayed (1.1 s)\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it('is written over itself on a terminal', () => {
    expect(screen(told({ live: true }, aRun))).toBe(
      '✓ Postgres 17.10 (312 ms)\n  | ok 1\n✓ the tests passed (1 min 5 s)\n',
    );
  });

  it('leaves no half line behind when a step is not done', () => {
    expect(
      screen(told({ live: true }, (progress) => [progress.step('replaying'), progress.close(), progress.close()])),
    ).toBe('');
  });

  it('never wraps a line that will be wiped', () => {
    const text = told({ live: true }, (progress) => progress.step('x'.repeat(200)));
    expect(text.length).toBeLessThan(40);
  });

  it.each([
    'base schema on Postgres 17.10 from /usr/lib/postgresql/17/bin: 2 migrations, from the cache',
    '漢'.repeat(60),
  ])('fits what is done into the line, and keeps how it begins and ends: %s', (done) => {
    const [line = ''] = screen(told({ live: true, width: 80 }, (progress) => progress.done(done, 453))).split('\n');
    expect(columns(line)).toBeLessThan(80);
    expect(columns(line)).toBeGreaterThan(76);
    expect(line.startsWith(`✓ ${done.slice(0, 10)}`)).toBe(true);
    expect(line.endsWith(`${done.slice(-10)} (453 ms)`)).toBe(true);
  });

  it('keeps the count of a long step', () => {
    const text = told({ live: true }, (progress) => progress.step(`rehearsing ${'x'.repeat(80)} (3 of 12)`));
    expect(text).toMatch(/^ {2}rehearsing .*….*\(3 of 12\) \.\.\.$/);
    expect(text).toHaveLength(39);
  });

  it('is nothing when quiet', () => {
    expect(told({ quiet: true, live: true }, aRun)).toBe('');
  });

  it.each([true, false])('obeys nothing that a test prints (live: %s)', (live) => {
    const text = told({ live }, (progress) => progress.stream('\u001b[2J\rok\u0007'));
    expect(text).toBe('  | \ufffd[2J\ufffdok\ufffd\n');
  });
});
