import type { Report } from '../model.ts';
import type { Gate } from '../target-model.ts';
import { count } from '../words.ts';
import type { TargetLine } from './parts.ts';

export function closedGates({ plan }: Report): Gate[] {
  return (plan?.gates ?? []).filter(({ open }) => !open);
}

/** Closed gates: why nothing may be applied, and what to do. */
export function gateLines(report: Report): TargetLine[] {
  return closedGates(report).map(({ message, details = [], help }) => ({
    phrases: [message],
    mood: 'bad' as const,
    details: details.map((detail) => [detail]),
    ...(help === undefined ? {} : { help }),
  }));
}

/** Open ones that say something: what is allowed by way of exception, and where a migration goes on. */
export function openGateLines({ plan }: Report): TargetLine[] {
  return (plan?.gates ?? [])
    .filter(({ open }) => open)
    .map(({ name, message, details = [] }) => ({
      phrases: [message],
      // That something is as approved is no exception.
      ...(name === 'approval' ? {} : { mood: 'warn' as const }),
      details: details.map((detail) => [{ name: detail }]),
    }));
}

/** Why a gate is closed, in a few words for a headline; `number`: of the migrations that it is about. */
const REASONS: Readonly<Record<Gate['name'], (number: number) => string>> = {
  pooler: () => 'a pooler in transaction mode stands before it',
  standby: () => 'the server is a standby',
  baseline: () => 'it has tables, and no history of migrations',
  unfinished: (number) => `${count(number, 'migration was', 'migrations were')} begun and not finished`,
  edited: (number) => `${count(number, 'applied migration was', 'applied migrations were')} edited`,
  missing: (number) => `${count(number, 'applied migration is', 'applied migrations are')} not in this commit`,
  order: (number) => `${count(number, 'pending migration sorts', 'pending migrations sort')} before an applied one`,
  statements: () => 'a pending migration holds what no database may see',
  checks: () => 'the checks after the last deploy are not passed',
  approval: () => 'what would run is not what was approved',
};

export function gateReason({ name, details = [] }: Gate): string {
  return REASONS[name](Math.max(1, details.length));
}
