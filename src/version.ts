import manifest from '../package.json' with { type: 'json' };

/** Put in by the build, so that the bundle holds the version alone, not the manifest. */
declare const __LOCKSTEP_VERSION__: string | undefined;

/** '0.1.0' */
export const version: string = typeof __LOCKSTEP_VERSION__ === 'string' ? __LOCKSTEP_VERSION__ : manifest.version;
