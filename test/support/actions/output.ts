import { type Command, parseCommand } from './commands.ts';
import type { Level, StepLog } from './log.ts';

/** What commands in a step's output may change. */
interface CommandEffects {
  setOutput(name: string, value: string): void;
  saveState(name: string, value: string): void;
}

const COMMANDS = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
];

/** These work without a line in the log of their own. */
const SILENT = new Set(['add-mask', 'debug', 'error', 'warning', 'notice']);

/**
 * Reads the lines that a step prints, on standard output and standard error alike, and does what they command (actions/
 * runner, ActionCommandManager.cs). One for each script. Problem matchers are not there.
 */
export class StepOutput {
  readonly #log: StepLog;
  readonly #effects: CommandEffects;
  readonly #workspace: string;
  readonly #known = new Set(COMMANDS);
  #stopToken: string | undefined;
  #echo = false;
  /** A command could not be obeyed: the step fails. */
  failed = false;

  constructor(log: StepLog, effects: CommandEffects, workspace: string) {
    this.#log = log;
    this.#effects = effects;
    this.#workspace = workspace;
  }

  line(line: string): void {
    const command = parseCommand(line, this.#known);
    if (command === undefined || !this.#obey(command, line)) this.#log.output(line);
  }

  /** false: the line is output like any other. */
  #obey(command: Command, line: string): boolean {
    const name = command.name.toLowerCase();
    if (this.#stopToken !== undefined) {
      if (name !== this.#stopToken) return false;
      this.#log.output(line);
      this.#known.delete(this.#stopToken);
      this.#stopToken = undefined;
      return true;
    }
    try {
      if (this.#echo && !SILENT.has(name) && name !== 'stop-commands') this.#log.output(line);
      this.#do(name, command, line);
    } catch (error) {
      this.#log.error(`Unable to process command '${SILENT.has(name) ? name : line}' successfully.`);
      this.#log.error((error as Error).message);
      this.failed = true;
    }
    return true;
  }

  #do(name: string, { data, properties }: Command, line: string): void {
    if (isLevel(name)) this.#annotate(name, properties, data);
    else if (name === 'stop-commands') this.#stop(data, line);
    else if (name === 'add-mask') this.#mask(data);
    else if (name === 'debug') this.#log.debug(data);
    else if (name === 'group') this.#log.output(`##[group]${data}`);
    else if (name === 'endgroup') this.#log.output('##[endgroup]');
    else if (name === 'echo') this.#echo = isOn(data);
    else if (name === 'set-output') this.#effects.setOutput(required(properties, name), data);
    else if (name === 'save-state') this.#effects.saveState(required(properties, name), data);
    else if (name.endsWith('-matcher')) throw new Error(`This runner has no problem matchers: ${name}`);
    else throw new Error(`The \`${name}\` command is disabled. Please upgrade to using Environment Files.`);
  }

  #mask(secret: string): void {
    if (secret.trim() === '') {
      this.#log.warning("Can't add secret mask for empty string in ##[add-mask] command.");
      return;
    }
    // A line of the log can hold no more than a line of it.
    for (const part of [secret, ...secret.split(/[\r\n]/).map((each) => each.trim())]) this.#log.masks.add(part);
  }

  #stop(token: string, line: string): void {
    const name = token.toLowerCase();
    if (name === '' || name === 'pause-logging' || this.#known.has(name))
      throw new Error('You cannot use a endToken that is an empty string, pause-logging, or another workflow command.');
    this.#stopToken = name;
    this.#known.add(name);
    if (token.length > 6) this.#log.masks.add(token);
    this.#log.output(line);
  }

  #annotate(level: Level, properties: Command['properties'], message: string): void {
    const { file, title } = properties;
    this.#log.annotate({
      level,
      message,
      ...(title ? { title } : {}),
      ...(file ? { file: this.#relative(file) } : {}),
      ...place(properties),
    });
  }

  /** GitHub knows files by their path in the repository. */
  #relative(file: string): string {
    return file.startsWith(`${this.#workspace}/`) ? file.slice(this.#workspace.length + 1) : file;
  }
}

function isLevel(name: string): name is Level {
  return name === 'error' || name === 'warning' || name === 'notice';
}

function isOn(data: string): boolean {
  if (/^\s*(on|off)\s*$/i.test(data)) return data.trim().toLowerCase() === 'on';
  throw new Error(`Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`);
}

function required({ name }: Command['properties'], command: string): string {
  if (name) return name;
  throw new Error(`Required field 'name' is missing in ##[${command}] command.`);
}

/** Lines and columns that do not fit together are left out, one after the other. */
function place(properties: Command['properties']) {
  let line = whole(properties.line);
  let endLine = whole(properties.endline);
  let column = whole(properties.col);
  let endColumn = whole(properties.endcolumn);
  line ??= endLine;
  column ??= endColumn;
  if (line === undefined || (endLine !== undefined && endLine !== line)) column = endColumn = undefined;
  if (line !== undefined && endLine !== undefined && endLine < line) line = endLine = undefined;
  if (column !== undefined && endColumn !== undefined && endColumn < column) column = endColumn = undefined;
  return {
    ...(line === undefined ? {} : { line }),
    ...(endLine === undefined ? {} : { endLine }),
    ...(column === undefined ? {} : { column }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : undefined;
}
