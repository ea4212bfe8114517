import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliver } from '../../../src/delivery/deliver.ts';
import { outweighs } from '../../../src/delivery/pull-request.ts';
import type { Marker } from '../../../src/report/markdown/marker.ts';
import type { Report } from '../../../src/report/model.ts';
import type { ActionsRunner } from '../../../src/services/actions-runner.ts';
import { readInvocation } from '../../../src/settings/settings.ts';
import type { Settings } from '../../../src/settings/types.ts';
import { deploys } from '../../fixtures/deploys.ts';
import { blocked, noop, passed } from '../../fixtures/reports.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-deliver-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Settings of a step without a pull request: GitHub is not asked. */
function settings(inputs: Readonly<Record<string, string>> = {}): Settings {
  const stream = { isTTY: false };
  const invocation = readInvocation({
    argv: ['node', 'lockstep'],
    env: { GITHUB_ACTIONS: 'true', RUNNER_TEMP: directory, ...inputs },
    cwd: () => directory,
    stdout: stream,
    stderr: stream,
  });
  if (invocation.kind !== 'command') throw new Error(`these settings are ${invocation.kind}`);
  return invocation.settings;
}

class Recorder implements ActionsRunner {
  readonly annotations: { readonly level: string; readonly message: string }[] = [];
  readonly outputs: Record<string, string> = {};
  readonly warnings: string[] = [];
  summaries = '';
  fails = false;
  mask(): void {}
  annotate(annotation: { readonly level: string; readonly message: string }): void {
    this.annotations.push(annotation);
  }
  async summary(markdown: string): Promise<void> {
    this.summaries += markdown;
  }
  output(name: string, value: string): void {
    if (this.fails) throw new Error('ENOSPC: no space left on device');
    this.outputs[name] = value;
  }
  warning(text: string): void {
    this.warnings.push(text);
  }
}

function start(report: Report, given: Settings, runner = new Recorder(), hurried = false) {
  const { signal } = new AbortController();
  return {
    runner,
    done: deliver({ settings: given, report, rules: async () => [], runner, print: () => {}, signal, hurried }),
  };
}

describe('a report', () => {
  it('reaches annotations, summary and outputs, and a file for later steps', async () => {
    const { runner, done } = start(blocked, settings());
    await done;
    expect(runner.annotations.length).toBeGreaterThan(0);
    expect(runner.summaries).not.toBe('');
    expect(runner.outputs.result).toBe('blocked');
    expect(JSON.parse(readFileSync(runner.outputs.report_path ?? '', 'utf8'))).toEqual(blocked);
  });

  it('of a change without migrations is no summary', async () => {
    const { runner, done } = start(noop, settings());
    await done;
    expect(runner.summaries).toBe('');
  });

  it.each([deploys.noop, deploys.planNoop])(
    'of a deploy that had nothing to do is a line in the summary',
    async (report) => {
      const { runner, done } = start(report, settings());
      await done;
      expect(runner.summaries.split('\n')[0]).toBe(
        '### ✅ Nothing to do on `production`, which is at `015_drop_full_name`',
      );
      expect(runner.summaries.split('\n').length).toBeLessThan(8);
    },
  );

  it('of a cancelled run is files and outputs alone: the runner has little patience left', async () => {
    const { runner, done } = start(blocked, settings(), new Recorder(), true);
    await done;
    expect(runner).toMatchObject({ annotations: [], summaries: '', outputs: { result: 'blocked' } });
  });
});

describe('what cannot be written', () => {
  it('is no answer on any surface, though the others are served', async () => {
    const given = settings({ INPUT_SARIF: '.', INPUT_HTML: 'page.html', INPUT_SUMMARY: 'page.md' });
    const { runner, done } = start(passed, given);
    await expect(done).rejects.toMatchObject({ code: 'report-not-written' });
    expect(runner.outputs.result).toBe('error');
    expect(runner.annotations).toContainEqual(expect.objectContaining({ level: 'error' }));
    expect(runner.summaries).toContain('report-not-written');
    const written = (name: string): string => readFileSync(join(directory, name), 'utf8');
    expect(JSON.parse(readFileSync(runner.outputs.report_path ?? '', 'utf8'))).toMatchObject({ result: 'error' });
    expect(written('page.html')).toContain('report-not-written');
    expect(written('page.md')).toContain('report-not-written');
  });

  it('are outputs on which later steps rely', async () => {
    const runner = new Recorder();
    runner.fails = true;
    await expect(start(passed, settings(), runner).done).rejects.toMatchObject({ code: 'outputs-not-written' });
    expect(runner.annotations).toContainEqual(expect.objectContaining({ level: 'error' }));
    expect(runner.summaries).toContain('outputs-not-written');
  });
});

describe('the comment that is there', () => {
  const marker: Marker = { v: 1, scope: '', run: 5, attempt: 2, head: '', result: 'passed', blocking: 0, findings: 0 };

  it.each([
    ['of a newer run', { run: 6 }, true],
    ['of a later attempt', { attempt: 3 }, true],
    ['of an older run', { run: 4, attempt: 9, result: 'blocked' }, false],
    ['of an earlier attempt', { attempt: 1, result: 'blocked' }, false],
    ['of another job of this run, with a worse answer', { result: 'blocked' }, true],
    ['of another job of this run, with the same', {}, false],
    ['of another job of this run, with a better one', { result: 'noop' }, false],
  ] as const)('%s stays: %s', (_, there, stays) => {
    expect(outweighs({ ...marker, ...there }, marker)).toBe(stays);
  });
});
