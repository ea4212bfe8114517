/** Where a target is, without what opens it. */
export interface Place {
  /** A name, an IP address (without brackets), or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** 'user@host:port/database': what is shown. */
export function addressOf({ host, port, user, database }: Place): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

export function isSocket({ host }: Pick<Place, 'host'>): boolean {
  return host.startsWith('/');
}
