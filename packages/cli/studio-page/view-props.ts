import type { StudioInfo } from '../src/studio/studio-api.js';

/** What a view is given. */
export interface ViewProps {
  readonly info: StudioInfo;
}
