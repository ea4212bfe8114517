export interface GeneratedMigration {
  /** '0001_create_accounts_1.sql' */
  readonly name: string;
  readonly sql: string;
}

export function generateMigrations(options: { readonly count: number; readonly seed?: number }): GeneratedMigration[];
export function generateLargeMigration(options: { readonly bytes: number; readonly seed?: number }): string;
