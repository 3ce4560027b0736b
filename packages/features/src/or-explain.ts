/** Replaces the error of a file or folder that isn't there by one that names it; passes others on. */
export async function orExplain<T>(operation: Promise<T>, what: string): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'ENOENT') throw new Error(`${what} must exist, got nothing.`, { cause: error });
    if (code === 'ENOTDIR')
      throw new Error(`${what} must be a folder, got a file.`, { cause: error });
    throw error;
  }
}
