import { type Action, checkInputs } from './stand-in.ts';

/** actions/setup-node: the Node of this machine is there already, whatever version is asked for. */
export const setupNode: Action = (call) => {
  checkInputs(
    call,
    ['node-version', 'node-version-file', 'cache', 'cache-dependency-path', 'check-latest', 'package-manager-cache'],
    ['architecture', 'registry-url', 'scope', 'mirror', 'mirror-token', 'always-auth'],
  );
  return { outputs: { 'node-version': process.version, 'cache-hit': 'false' } };
};
