import type { Report } from '../model.ts';
import type { TargetLine } from './parts.ts';

/** Closed gates: why nothing may be applied, and what to do. */
export function gateLines({ plan }: Report): TargetLine[] {
  return (plan?.gates ?? [])
    .filter(({ open }) => !open)
    .map(({ message, details = [], help }) => ({
      phrases: [message],
      mood: 'bad' as const,
      details: details.map((detail) => [detail]),
      ...(help === undefined ? {} : { help }),
    }));
}

/** Open ones that say something: what is allowed by way of exception, and where a migration goes on. */
export function openGateLines({ plan }: Report): TargetLine[] {
  return (plan?.gates ?? [])
    .filter(({ open, name }) => open && name !== 'approval')
    .map(({ message, details = [] }) => ({
      phrases: [message],
      mood: 'warn' as const,
      details: details.map((detail) => [{ name: detail }]),
    }));
}
