import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { definedEnvironment, testTools } from '../support/postgres.ts';
import { directoriesOf, eventually } from '../support/traces.ts';

/** The deploy that the demo ends with; test/system/machine.test.ts runs all of the demo, from a fresh clone. */

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Demo {
  readonly child: ChildProcess;
  readonly shown: () => string;
  readonly exitCode: Promise<number | null>;
}

function deployDemo(program: string): Demo {
  const child = spawn(process.execPath, [join(root, 'scripts/demo.mjs'), '--only-deploy'], {
    cwd: root,
    env: { ...definedEnvironment(), LOCKSTEP_BUNDLE: program, RUNNER_TOOL_CACHE: testTools },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal reaches all of it.
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { child, shown: () => text, exitCode };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The directories of its server, and its repository. */
function leftBy({ child: { pid = 0 } }: Demo): readonly string[] {
  const repositories = readdirSync(tmpdir()).filter((name) => name.startsWith(`lockstep-demo-${pid}-`));
  return [...directoriesOf(pid), ...repositories];
}

describe("the demo's deploy", () => {
  it('comes out as it says, shows no password and leaves nothing', async () => {
    const demo = deployDemo(inject('bundle'));
    const exitCode = await demo.exitCode;
    const shown = demo.shown();
    expect(exitCode, shown).toBe(0);
    expect(shown.match(/ as expected$/gm)).toHaveLength(5);
    const told = [
      '15 migrations applied',
      '2 migrations to apply',
      '2 migrations applied',
      'nothing to do',
      'products_stock_check',
      '1 statement of this file ran before it and was rolled back',
      'Looked up in the database: no column in_showroom',
    ];
    const places = told.map((text) => shown.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(shown).not.toMatch(/postgres:\/\/|[0-9a-f]{32}@/);
    expect(leftBy(demo)).toEqual([]);
  });

  it('fails when a result is not the expected one', async () => {
    const program = join(folder(), 'does-nothing.cjs');
    writeFileSync(
      program,
      `const file = process.argv[process.argv.indexOf('--report') + 1];
require('node:fs').writeFileSync(file, JSON.stringify({ result: 'noop', migrations: [] }));`,
    );
    const demo = deployDemo(program);
    expect(await demo.exitCode, demo.shown()).toBe(1);
    expect(demo.shown()).toMatch(/^first deploy +applied +noop .* NOT AS EXPECTED$/m);
    expect(leftBy(demo)).toEqual([]);
  });

  it('leaves nothing after Ctrl-C', async () => {
    const demo = deployDemo(inject('bundle'));
    const isDeploying = (): boolean => demo.shown().includes('The first deploy');
    await eventually(() => isDeploying() || demo.child.exitCode !== null, 120_000);
    expect(isDeploying(), demo.shown()).toBe(true);
    expect(leftBy(demo)).toHaveLength(2);
    process.kill(-(demo.child.pid ?? 0), 'SIGINT');
    expect(await demo.exitCode, demo.shown()).toBe(130);
    expect(leftBy(demo)).toEqual([]);
  });
});
