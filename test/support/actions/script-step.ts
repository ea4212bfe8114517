import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCommandFiles, keyValues, pathLines, readCommandFile, SUMMARY_LIMIT } from './command-files.ts';
import { environmentOf, type Job } from './job.ts';
import type { StepLog } from './log.ts';
import { StepOutput } from './output.ts';
import { commandLine, type RunningScript, startScript } from './script.ts';

interface ScriptRun {
  readonly script: string;
  readonly shell: string;
  /** '' for the workspace. */
  readonly workingDirectory: string;
  /** What the `env` context holds. */
  readonly env: Readonly<Record<string, string>>;
  /** The `github` context of this step. */
  readonly github: Job['github'];
  readonly onStart: (running: RunningScript) => void;
}

export interface ScriptResult {
  readonly exitCode: number;
  readonly failed: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown, with the secrets hidden; '' when there is none or when it is refused. */
  readonly summary: string;
}

/** Runs one script step of a job and does what it told the runner by commands and files. */
export async function runScript(job: Job, log: StepLog, run: ScriptRun): Promise<ScriptResult> {
  const files = createCommandFiles(job.temp, randomUUID());
  const outputs: Record<string, string> = {};
  const setOutput = (name: string, value: string): void => {
    outputs[name] = value;
  };
  const output = new StepOutput(log, { setOutput, saveState: () => {} }, job.workspace);
  announce(run, log);
  const running = startScript({
    text: run.script,
    shell: run.shell,
    cwd: resolve(job.workspace, run.workingDirectory),
    env: environmentOf(job, run.env, { ...run.github, ...files }),
    temp: job.temp,
    patience: job.patience,
    onLine: (line) => output.line(line),
  });
  run.onStart(running);
  const exitCode = await running.ended;
  if (job.cancelled) log.error('The operation was canceled.');
  else if (exitCode !== 0) log.error(`Process completed with exit code ${exitCode}.`);

  let failed = exitCode !== 0 || output.failed;
  const process = (name: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      log.error(`Unable to process file command '${name}' successfully.`);
      log.error((error as Error).message);
      failed = true;
    }
  };
  process('path', () => {
    for (const line of pathLines(readCommandFile(files.path)))
      job.path = [...job.path.filter((each) => each !== line), line];
  });
  process('env', () => {
    for (const [name, value] of keyValues(readCommandFile(files.env))) {
      if (name.toUpperCase() === 'NODE_OPTIONS')
        log.error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      else job.env[name] = value;
    }
  });
  process('state', () => void [...keyValues(readCommandFile(files.state))]);
  process('output', () => {
    for (const [name, value] of keyValues(readCommandFile(files.output))) setOutput(name, value);
  });
  return { exitCode, failed, outputs, summary: summaryIn(files.step_summary, log) };
}

function summaryIn(path: string, log: StepLog): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= SUMMARY_LIMIT) return log.masks.hide(readCommandFile(path));
  const [limit, got] = [SUMMARY_LIMIT, size].map((bytes) => Math.floor(bytes / 1024));
  log.error(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${limit}k, got ${got}k.`);
  return '';
}

/** The folded lines before a script's output: they show its whole environment, as far as the workflow and the action set it. */
function announce({ script, shell, env }: ScriptRun, log: StepLog): void {
  log.output(`##[group]Run ${script.trimStart().split(/[\r\n]/, 1)[0]}`);
  for (const line of script.replace(/\n+$/, '').split(/\r?\n/)) log.output(`\u001b[36;1m${line}\u001b[0m`);
  log.output(`shell: ${commandLine(shell).join(' ')}`);
  const variables = Object.entries(env);
  if (variables.length > 0) log.output('env:');
  for (const [name, value] of variables) log.output(`  ${name}: ${value}`);
  log.output('##[endgroup]');
}
