interface MigrationFile {
  readonly name: string;
  readonly sql: string;
}

export interface LabelledMigration {
  readonly name: string;
  readonly family: string;
  readonly files: readonly MigrationFile[];
}

interface Labels {
  readonly migrations: Readonly<Record<string, { readonly label: 'dangerous' | 'safe'; readonly because?: string }>>;
}

export const BASE: MigrationFile;
export function readSet(): LabelledMigration[];
export function readLabels(): Labels;
export function readFile(
  file: MigrationFile,
): Promise<{ readonly statements: readonly string[]; readonly hasTransaction: boolean }>;
