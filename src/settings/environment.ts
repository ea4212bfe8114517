/** The environment of the process, or a test's stand-in. */
export type Environment = Readonly<Record<string, string | undefined>>;
