import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { reportJsonSchema } from '../../src/report/json-schema.ts';
import type { MigrationReport, Report } from '../../src/report/model.ts';
import type { Gate } from '../../src/report/target-model.ts';
import { type CliOptions, type CliResult, runCli, startCli } from './cli.ts';
import { type GitRepo, gitRepo } from './git-repo.ts';
import { type TestServer, testServer } from './postgres.ts';

/** Commands on a target, through the built bundle: a real server, a database of its own for each test, a real repository. */

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (instance: Ajv2020) => void)(ajv);
const validate = ajv.compile(reportJsonSchema());

export interface Target {
  readonly database: string;
  /** The role that deploys, which owns the database, and is no superuser. */
  readonly role: string;
  readonly password: string;
  /** Of that role, by TCP. */
  readonly url: string;
  /** A session of the superuser in the database. */
  readonly admin: Client;
  /** What the superuser gets to see. */
  rows<T = Record<string, unknown>>(sql: string): Promise<T[]>;
  /** Another session of the superuser. It ends with the server. */
  session(): Promise<Client>;
  /** Makes a role with no rights but to log in. */
  login(suffix: string): Promise<{ readonly role: string; readonly url: string }>;
  /** Names of all that is there besides the system's own. */
  relations(): Promise<string[]>;
}

/** A server for the tests of a file; the function makes a database on it. */
export function targets(major?: number): () => Promise<Target> {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer(major === undefined ? {} : { major });
  });
  afterAll(() => server.stop());
  return () => targetOn(server);
}

async function targetOn(server: TestServer): Promise<Target> {
  const name = randomBytes(4).toString('hex');
  const [database, role, password] = [`shop_${name}`, `deployer_${name}`, `hunter2:${name}`];
  const root = await server.connect();
  await root.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await root.query(`CREATE DATABASE ${database} TEMPLATE template0 OWNER ${role}`);
  await root.end();
  const { host, port } = server.server.address();
  const urlOf = (user: string): string =>
    `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  const admin = await server.connect(database);
  const rows = async <T>(sql: string): Promise<T[]> => (await admin.query(sql)).rows as T[];
  return {
    database,
    role,
    password,
    url: urlOf(role),
    admin,
    rows,
    session: () => server.connect(database),
    async login(suffix) {
      const other = `${suffix}_${name}`;
      await admin.query(`CREATE ROLE ${other} LOGIN PASSWORD '${password}'`);
      return { role: other, url: urlOf(other) };
    },
    async relations() {
      const found = await rows<{ name: string }>(
        `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
      );
      return found.map((one) => one.name);
    },
  };
}

/** Nothing in the tests waits for as long as a deploy would. */
const QUICK = 'lock_timeout: 200ms\nlock_wait: 20s\nlock_retry_budget: 20s\n';

type Files = Readonly<Record<string, string | null>>;

/** A repository with these migrations, by file name, and settings that wait briefly. `config`: more of lockstep.yml. */
export function project(migrations: Files, config = '', directory = 'migrations'): GitRepo {
  return gitRepo({ ...inFolder(migrations, directory), 'lockstep.yml': `${QUICK}${config}` } as Record<string, string>);
}

/** Changes migrations by file name and lockstep.yml, in a commit. Returns its sha. */
export function change(repo: GitRepo, migrations: Files, config?: string): string {
  const settings = config === undefined ? {} : { 'lockstep.yml': `${QUICK}${config}` };
  return repo.commit('change', { ...inFolder(migrations, 'migrations'), ...settings });
}

function inFolder(migrations: Files, directory: string): Files {
  return Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`${directory}/${name}`, sql]));
}

interface Ran extends CliResult {
  readonly report: Report;
  /** All that was printed. */
  readonly printed: string;
  /** The log file. */
  readonly log: string;
  /** Throws when it is not in the report. */
  gate(name: Gate['name']): Gate;
  migration(id: string): MigrationReport;
  /** Gates that are closed. */
  readonly closed: readonly string[];
}

interface RunOptions extends CliOptions {
  /** In place of the target's own. */
  readonly url?: string;
}

const WRITING: ReadonlySet<string> = new Set(['apply', 'baseline', 'resolve']);

/** Runs a command with `--yes`, and reads its report. `command` may hold arguments: ['resolve', '001_a']. */
export async function lockstep(
  command: string | readonly string[],
  repo: GitRepo,
  target: Target,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ran> {
  return start(command, repo, target, args, options).finished;
}

interface Started {
  readonly child: ReturnType<typeof startCli>['child'];
  /** What it has printed until now. */
  printed(): string;
  readonly finished: Promise<Ran>;
}

/** The same, to look at while it runs. */
export function start(
  command: string | readonly string[],
  repo: GitRepo,
  target: Target,
  args: readonly string[] = [],
  { url = target.url, ...options }: RunOptions = {},
): Started {
  const folder = temporaryFolder();
  const file = join(folder, 'report.json');
  const words = typeof command === 'string' ? [command] : command;
  const yes = WRITING.has(words[0] ?? '') && !args.includes('--no-yes') ? ['--yes'] : [];
  const address = args.includes('--database-url') ? [] : ['--database-url-env', 'TARGET_URL'];
  const given = args.filter((arg) => arg !== '--no-yes');
  const { child, finished } = startCli(
    [...words, ...address, ...yes, ...logDirectory(given, folder), '--report', file, ...given],
    { cwd: repo.dir, ...options, env: { ...repo.env, TARGET_URL: url, ...options.env } },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: string) => {
      printed += part;
    });
  }
  return {
    child,
    printed: () => printed,
    finished: finished.then((result) => ranOf(result, file, join(folder, 'logs'))),
  };
}

/** Without the target's URL and without anything that the harness adds but the log's folder. */
export async function bare(args: readonly string[], repo: GitRepo, options: CliOptions = {}): Promise<Ran> {
  const folder = temporaryFolder();
  const file = join(folder, 'report.json');
  const result = await runCli([...args, ...logDirectory(args, folder), '--report', file], {
    cwd: repo.dir,
    ...options,
    env: { ...repo.env, ...options.env },
  });
  return ranOf(result, file, join(folder, 'logs'));
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function logDirectory(args: readonly string[], folder: string): string[] {
  return args.includes('--log-dir') ? [] : ['--log-dir', join(folder, 'logs')];
}

/** Holds the report against its schema. */
export function readReport(file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect(validate(report), JSON.stringify(validate.errors, null, 2)).toBe(true);
  return report;
}

function ranOf(result: CliResult, file: string, logs: string): Ran {
  const printed = result.stdout + result.stderr;
  if (!existsSync(file)) throw new Error(`no report was written (exit status ${result.exitCode})\n${printed}`);
  const report = readReport(file);
  const gates = report.plan?.gates ?? [];
  const names = existsSync(logs) ? readdirSync(logs) : [];
  return {
    ...result,
    report,
    printed,
    log: names.map((name) => readFileSync(join(logs, name), 'utf8')).join('\n'),
    closed: gates.filter(({ open }) => !open).map(({ name }) => name),
    gate: (name) => one(gates, (gate) => gate.name === name, name, printed),
    migration: (id) => one(report.migrations, (migration) => migration.id === id, id, printed),
  };
}

function one<T>(items: readonly T[], wanted: (item: T) => boolean, name: string, printed: string): T {
  const found = items.find(wanted);
  if (found === undefined) throw new Error(`${name} is not in the report\n${printed}`);
  return found;
}
