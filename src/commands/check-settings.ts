import { LockstepError } from '../errors.ts';
import { parseConfig } from '../settings/file.ts';
import type { FlywayConf } from '../settings/flyway-conf.ts';
import type { Config, Location, Policy, Settings } from '../settings/types.ts';
import { fenced, type HoldingFile, holder, needsFence, type PolicyFile, type PolicySide } from './check-policy.ts';

/** Reads lockstep.yml at both sides: whose rules hold, and where things are at each. */

interface JudgingSettings {
  readonly holding: HoldingFile;
  readonly policy: Policy;
  readonly headLocation: Location;
  /** undefined: the base has no settings for this database. */
  readonly baseLocation: Location | undefined;
  /** What the change itself says, whether it counts or not. */
  readonly proposed: Policy;
  readonly notices: readonly string[];
}

interface SettingsRequest {
  readonly settings: Settings;
  readonly file: PolicyFile;
  /** undefined: the tool is not told to be Flyway. */
  readonly flywayConf: PolicyFile | undefined;
  /** Whether the base branch has any file of policy. */
  readonly baseHasPolicy: boolean;
  readonly ruleNames: readonly string[];
}

/** Throws LockstepError: what is wrong in the file that holds. */
export function judgingSettings(request: SettingsRequest): JudgingSettings {
  const { settings, file, flywayConf, baseHasPolicy, ruleNames } = request;
  const { overrides, database, policyFrom } = settings;
  const source = { path: file.path, overrides, ruleNames };
  const parse = (side: PolicySide): Config =>
    parseConfig({ ...source, text: file[side], database, flywayConf: confAt(flywayConf, side) });
  const here = parse('head');
  const known = basePolicy(settings, file, flywayConf);
  const changed = [file, flywayConf].some((one) => one?.base !== one?.head);
  const atBase = known && configAtBase(changed, parse);
  const usual = holder(file, policyFrom, baseHasPolicy);
  // A file at base that does not serve this run must not stop the change that mends it.
  const serves = usual.holds === 'head' || known === undefined || atBase !== undefined;
  const holding: HoldingFile = serves ? usual : { file, holds: 'head' };
  const none = (): Config => parseConfig({ ...source, text: undefined, database: undefined });
  const judge = holding.holds === 'head' ? here : (atBase ?? none());
  const bringsOwn = holding.holds === 'head' && policyFrom === 'base';
  const policy = bringsOwn ? fenced(judge.policy, overrides) : judge.policy;
  return {
    holding,
    policy: { ...policy, historyAccept: releases(policy, here.policy, atBase?.policy) },
    headLocation: here.location,
    baseLocation: atBase?.location,
    proposed: here.policy,
    notices: [
      ...(serves
        ? []
        : [`${known?.path} on the base branch does not serve this run: this change was judged by its own settings.`]),
      ...(bringsOwn && needsFence(judge.policy, overrides) ? [ONLY_AT_BASE] : []),
    ],
  };
}

const ONLY_AT_BASE =
  'test_command, apply_command, rollback_command, status_command, rehearsal.superuser, rehearsal.setup, rehearsal.schema_file, rehearsal.seed and rehearsal.seed_command count only once they stand on the base branch (or with `policy: head`, on the command line `--policy head`).';

function confAt(file: PolicyFile | undefined, side: PolicySide): FlywayConf | undefined {
  const text = file?.[side];
  return file === undefined || text === undefined ? undefined : { path: file.path, text };
}

/** What the base has of settings: flyway.conf alone, where the command line says that the tool is Flyway. */
export function basePolicy(
  { overrides }: Pick<Settings, 'overrides'>,
  file: PolicyFile,
  flywayConf: PolicyFile | undefined,
): PolicyFile | undefined {
  const all = [file, ...(overrides.tool === 'flyway' && flywayConf !== undefined ? [flywayConf] : [])];
  return all.find(({ base }) => base !== undefined);
}

/** undefined: it cannot be read, or it does not know this database yet. */
function configAtBase(changed: boolean, parse: (side: PolicySide) => Config): Config | undefined {
  try {
    return parse('base');
  } catch (error) {
    const mendable = ['bad-config', 'unknown-database', 'choose-database'];
    if (error instanceof LockstepError && mendable.includes(error.code) && changed) return undefined;
    throw error;
  }
}

/** Releases of `history.accept` count in the change that brings them, unless the base forbids them altogether. */
function releases(judging: Policy, head: Policy, base: Policy | undefined): Policy['historyAccept'] {
  if (judging.historyAccept === 'never' || head.historyAccept === 'never') return 'never';
  const known = base?.historyAccept ?? [];
  const old = known === 'never' ? [] : known;
  return head.historyAccept.filter(
    (entry) => !old.some(({ path, reason }) => path === entry.path && reason === entry.reason),
  );
}
