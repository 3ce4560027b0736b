import type { SourceFile } from './source-file.js';

/** A local file's path, in which brackets, stars and question marks are no patterns to DuckDB. */
export function escapeGlob({ path, isRemote }: SourceFile): string {
  return isRemote ? path : path.replaceAll(/[[*?]/g, '[$&]');
}
