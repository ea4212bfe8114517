/** What a message needs to know beyond the deployment. */
export interface Surroundings {
  /** 'https://github.com': nothing is linked to that is not there. undefined: nothing at all. */
  readonly server: string | undefined;
  /** Page of the run that tells it, for what has no page of its own. */
  readonly run?: string | undefined;
}

/** An address, if it leads to the server that the repository is on. */
export function ownAddress(address: string | undefined, { server }: Surroundings): string | undefined {
  return server !== undefined && address?.startsWith(`${server.replace(/\/+$/, '')}/`) ? address : undefined;
}
