import { createHash } from 'node:crypto';
import { LockstepError, messageOf } from '../errors.ts';
import { replayAll, replayScript } from '../postgres/replay.ts';
import { Session } from '../postgres/session.ts';
import { type Bookkeeping, createTable } from '../project/layouts/bookkeeping.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { recordFacts } from '../project/layouts/record-facts.ts';
import { loadParser } from '../project/sql.ts';
import type { Project, Script } from '../project/types.ts';
import type { RehearsalPolicy } from '../settings/types.ts';
import { version } from '../version.ts';
import { adminSession } from './admin-session.ts';
import { knownAdvice } from './base-advice.ts';
import { explainBaseFailure } from './base-failure.ts';
import { supabaseRoles, supabaseSearchPath, supabaseSetup } from './preset-supabase.ts';
import {
  createRehearsalRole,
  createRoles,
  createUsualOwner,
  demote,
  REHEARSAL_ROLE,
  roleNames,
  USUAL_OWNER,
} from './roles.ts';
import type { RehearsalServer } from './server/types.ts';
import type { DatabaseAddress } from './test-environment.ts';

/** The base schema: what the target has before this change, built once and cloned for everything that follows. */
export const BASE_DATABASE = 'base';

/** What a migration finds there where its tool names the database and its owner. */
export const REHEARSED_NAMES = { name: BASE_DATABASE, owner: REHEARSAL_ROLE } as const;

/** What stood there before the history began, where that is asked for. */
export const SETUP_DATABASE = 'setup';

/** Bump when the way a base is built changes within a version, so that no cached one of an older kind is used. */
const FORMAT = 4;

export interface BaseInput {
  readonly project: Project;
  readonly layout: Layout;
  /** The tool's own history table, where it makes one: migrations may read it. */
  readonly bookkeeping?: Bookkeeping | undefined;
  readonly policy: RehearsalPolicy;
  /** Contents of `rehearsal.setup`, in order, and of `rehearsal.schema_file`. */
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
  /** Makes the schema in the migrations' place, where only their own tool can run them; `schema` wins over it. */
  readonly program?: BaseProgram | undefined;
  /** Keeps what the preset, the extensions and `rehearsal.setup` brought in a database of its own, `setup`. */
  readonly keepSetup?: boolean;
}

interface BaseProgram {
  /** Relations that are the tool's own. */
  readonly relations: readonly string[];
  /** Throws LockstepError `base-history-failed`. */
  run(database: DatabaseAddress): Promise<void>;
}

/** A hash of all that the base schema is made from. */
export function baseKey(input: BaseInput): string {
  const { project, layout, bookkeeping, policy, setup, schema, program, keepSetup } = input;
  // Rows are brought later, into clones.
  const { seed: _, ...shape } = policy;
  const parts = {
    // What else shapes a base: our own way of building it, and what a preset brings.
    lockstep: [version, FORMAT],
    preset: policy.preset === 'supabase' ? [supabaseRoles, supabaseSetup, supabaseSearchPath] : null,
    tool: layout.name,
    bookkeeping: bookkeeping?.create ?? null,
    migrations: project.migrations.map(({ id, path, up, execution }) => [id, path, execution, up.text]),
    policy: shape,
    setup: setup.map(({ path, text }) => [path, text]),
    schema: schema?.text ?? null,
    ...(program !== undefined && { program: true }),
    ...(keepSetup === true && { keepSetup }),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Whether nobody may keep this base: it is made by a program that runs with what the job has installed, which may be the
 * change's, and the next change is not to be judged by that.
 */
export function isOfThisRun({ program, schema }: BaseInput): boolean {
  return program !== undefined && schema === undefined;
}

/** Builds the base schema in the database `base`. Throws LockstepError `base-history-failed` with what to add. */
export async function buildBase(
  server: RehearsalServer,
  input: BaseInput,
  role: { readonly name: string; readonly password: string },
  settings: Readonly<Record<string, string>>,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const { policy } = input;
  const admin = await adminSession(server);
  const before = await roleNames(admin);
  try {
    await createRehearsalRole(admin, role.name, role.password);
    // Only where names are ours to give: on a server that is not ours a role would outlive the run.
    if (server.roleName(USUAL_OWNER) === USUAL_OWNER) await createUsualOwner(admin);
    await createRoles(admin, [...(policy.preset === 'supabase' ? supabaseRoles : []), ...policy.roles]);
    await server.createDatabase(BASE_DATABASE, { owner: role.name });
    await prepareDatabase(server, policy, role.name);
    // Notices of statements that were reviewed long ago are read by nobody.
    const quiet = { ...settings, client_min_messages: 'error' };
    const open = (): Promise<Session> =>
      Session.open({ ...server.admin(BASE_DATABASE), user: role.name, password: role.password }, quiet);
    let session = await open();
    try {
      await runSetup(session, input);
      if (input.keepSetup === true) {
        // Nobody may be connected to what is copied.
        await session.close();
        await server.createDatabase(SETUP_DATABASE, { template: BASE_DATABASE });
        session = await open();
      }
      await runSchemaFile(session, input);
      if (!isOfThisRun(input)) await replay(session, input, role.name, onProgress);
    } finally {
      await session.close();
    }
    if (!policy.superuser) {
      const inside = await adminSession(server, BASE_DATABASE);
      try {
        await demote(inside, role.name, before);
      } finally {
        await inside.close();
      }
    }
    // What the history's SQL may do has been reviewed; a program brings what is installed, and need not be superuser.
    if (isOfThisRun(input)) {
      const name = server.admin(BASE_DATABASE).database ?? BASE_DATABASE;
      await input.program?.run({ ...server.address(), user: role.name, password: role.password, name });
    }
  } finally {
    await admin.close();
  }
}

/** Database-level settings, the preset and the extensions. */
async function prepareDatabase(server: RehearsalServer, policy: RehearsalPolicy, owner: string): Promise<void> {
  const admin = await Session.open(server.admin(BASE_DATABASE));
  const identifier = (name: string): string => admin.client.escapeIdentifier(name);
  try {
    const database = identifier(server.admin(BASE_DATABASE).database ?? BASE_DATABASE);
    const searchPath = policy.searchPath ?? (policy.preset === 'supabase' ? supabaseSearchPath : undefined);
    // A list of names, not one name: the setting is given unquoted, as a user would write it, and checked by Postgres.
    if (searchPath !== undefined) {
      await admin.client.query("SELECT set_config('search_path', $1, false)", [searchPath]);
      await admin.run(`ALTER DATABASE ${database} SET search_path FROM CURRENT`);
    }
    for (const [name, value] of Object.entries(policy.settings)) {
      const setting = name.split('.').map(identifier).join('.');
      await admin.run(`ALTER DATABASE ${database} SET ${setting} = ${admin.client.escapeLiteral(value)}`);
    }
    if (policy.preset === 'supabase') await admin.run(supabaseSetup.replaceAll('%OWNER%', identifier(owner)));
    for (const extension of policy.extensions) {
      await admin.run(`CREATE EXTENSION IF NOT EXISTS ${identifier(extension)} CASCADE`);
    }
  } catch (error) {
    const what = messageOf(error);
    throw new LockstepError('rehearsal-setup-failed', `the rehearsal's database could not be prepared: ${what}`, {
      hint: knownAdvice(what) ?? 'Check `rehearsal` in lockstep.yml: preset, extensions, search_path and settings.',
      cause: error,
    });
  } finally {
    await admin.close();
  }
}

async function runSetup(session: Session, { setup }: BaseInput): Promise<void> {
  for (const script of setup) {
    const error = await replayScript(session, { script, execution: 'transaction' });
    if (error !== undefined) throw explainBaseFailure(error, { kind: 'setup' }, 'rehearsal.setup');
  }
}

async function runSchemaFile(session: Session, { schema }: BaseInput): Promise<void> {
  if (schema === undefined) return;
  const error = await replayScript(session, { script: schema, execution: 'transaction' });
  if (error !== undefined) throw explainBaseFailure(error, { kind: 'schema' }, 'rehearsal.schema_file');
}

async function replay(
  session: Session,
  { project, bookkeeping, schema }: BaseInput,
  role: string,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  if (bookkeeping) {
    await loadParser();
    await session.reset();
    await session.run(createTable(bookkeeping, bookkeeping.table.schema === 'public'));
  }
  const { migrations } = project;
  const records = migrations.map((migration, index) =>
    bookkeeping?.record(migration, recordFacts(migration, { role, previous: migrations[index - 1] })),
  );
  if (schema !== undefined) {
    // The schema file holds what the history made; only the tool's own rows are missing.
    for (const record of records) if (record !== undefined) await session.run(record);
    return;
  }
  const runs = migrations.map((migration, index) => ({
    script: migration.up,
    execution: migration.execution,
    record: records[index],
  }));
  const failure = await replayAll(session, runs, (done) => onProgress(done, migrations.length));
  if (failure === undefined) return;
  const { index, error } = failure;
  const what = `${migrations[index]?.id} (${index + 1} of ${migrations.length})`;
  const programs = migrations.slice(0, index).some(({ up }) => up.program !== undefined);
  throw explainBaseFailure(error, { kind: 'migration', index, programs }, what);
}
