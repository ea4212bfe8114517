// Stub of the lead's, until the owner writes it.
export interface Github {
  readonly repository: string;
}
export function createGithub(options: {
  apiUrl: string;
  token: string;
  repository: string;
  signal: AbortSignal;
  env: Readonly<Record<string, string>>;
}): Github {
  return { repository: options.repository };
}
