import { version_core } from '@tensorflow/tfjs-core';
import packageJson from '../package.json' with { type: 'json' };

/** Versions that a run's numbers may depend on. */
export function packageVersions(): Record<string, string> {
  return {
    '@mmrec/cli': packageJson.version,
    '@tensorflow/tfjs-core': version_core,
    node: process.versions.node,
  };
}
