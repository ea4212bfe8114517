// Runs of the program as a user would start it, and the table of what came of them.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { neutralEnvironment } from './scratch-git.mjs';

/** Which exit status goes with which result, as the documentation says. */
const STATUS = { passed: 0, applied: 0, noop: 0, planned: 0, blocked: 1, failed: 1 };

/**
 * Runs the program to its end, its output shown. Resolves to the result (with what is wrong when the exit status says
 * otherwise), the report, and the seconds that it took.
 */
export async function runProgram({ program, args, report, cwd, env = {} }) {
  const started = performance.now();
  const status = await run([program, ...args, '--report', report], cwd, env);
  const seconds = (performance.now() - started) / 1000;
  const said = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const result =
    said.result !== undefined && STATUS[said.result] === status
      ? said.result
      : `${said.result ?? 'no report'}, exit status ${status}`;
  return { result, said, seconds };
}

/** `runs`: { name, expect, result, seconds } each. */
export function table(what, runs) {
  const rows = runs.map((run) => [
    run.name,
    run.expect,
    run.result,
    `${run.seconds.toFixed(1)} s`,
    isAsExpected(run) ? 'as expected' : 'NOT AS EXPECTED',
  ]);
  const all = [[what, 'should be', 'is', 'time', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

export function isAsExpected({ result, expect }) {
  return result === expect;
}

/** Resolves to the exit status, or to the signal's name. */
function run(args, cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: 'inherit', env: { ...neutralEnvironment(), ...env } });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
