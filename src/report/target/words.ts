import type { Phrase } from '../phrases.ts';
import type { SessionReport } from '../target-model.ts';
import { duration } from '../words.ts';

/** '1,234,567' */
export function number(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** '16 kB', '1.2 GB', as Postgres counts: 1 kB is 1024 bytes. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : Number(size.toFixed(1))} ${UNITS[unit]}`;
}

/** 'pid 4711, `psql` of `ada` from 10.0.0.7, idle in transaction, for 12.0 s' */
export function sessionPhrases({ pid, application, user, client, state, ageMs }: SessionReport): Phrase[] {
  return [
    `pid ${pid}`,
    ...(application ? [', ', { name: application }] : []),
    ...(user ? [' of ', { name: user }] : []),
    ...(client ? [' from ', { name: client }] : []),
    ...(state ? [`, ${state}`] : []),
    ...(ageMs === undefined ? [] : [`, for ${duration(ageMs)}`]),
  ];
}

/** '2026-11-27 06:12' in UTC, of an ISO time. */
export function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
