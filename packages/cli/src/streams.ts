import type { ProgressStream } from '@mmrec/train';

/** Where the command writes: results to `stdout`, progress and messages to `stderr`. */
export interface Streams {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
}
