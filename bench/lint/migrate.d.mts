import type { ClientConfig } from 'pg';
import type { LabelledMigration } from './set.mjs';

export function migrate(
  connection: ClientConfig,
  migration: LabelledMigration,
): Promise<{
  readonly ms: number;
  readonly failed?: { readonly file: string; readonly sqlstate?: string; readonly message: string };
}>;
