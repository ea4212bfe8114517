import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runCli } from '../support/cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the bundle', () => {
  it('knows its version', async () => {
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, stdout: `lockstep ${manifest.version}\n`, stderr: '' });
  });

  it('holds nothing heavy that nobody needs: every run reads the first of its files, and a check five', () => {
    const size = (name: string): number => statSync(join(dirname(inject('bundle')), `${name}.cjs`)).size;
    expect(size('index')).toBeLessThan(100_000);
    const ofCheck = ['index', 'target', 'pending', 'parser', 'check'];
    expect(ofCheck.reduce((sum, name) => sum + size(name), 0)).toBeLessThan(2_200_000);
  });

  it('shows help', async () => {
    const { exitCode, stdout, stderr } = await runCli(['help', 'check']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Usage: lockstep check [options]');
  });

  it('tells a wrong command line apart from a no: status 2, and a report that says so', async () => {
    const report = join(directory, 'report.json');
    const { exitCode, stdout, stderr } = await runCli(['check', '--bse', 'main', '--report', report]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain("unknown option --bse; did you mean '--base'?");
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ result: 'error', error: { code: 'bad-usage' } });
  });

  it('reads its inputs inside Actions', async () => {
    const { exitCode, stderr } = await runCli([], { env: { GITHUB_ACTIONS: 'true', INPUT_POLICY: 'mine' } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('input policy: expected base or head');
  });
});
