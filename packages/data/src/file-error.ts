/**
 * What to throw when a file can't be opened or read: one line naming the file for the usual
 * reasons, the error itself otherwise.
 */
export function fileError(where: string, file: string, error: unknown): unknown {
  const { code } = error as { code?: string };
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or folder',
    ENOTDIR: 'no such folder',
    EISDIR: 'is a folder, not a file',
    EACCES: 'may not be read',
    EPERM: 'may not be read',
  };
  const reason = code === undefined ? undefined : reasons[code];
  return reason ? new Error(`${where}: ${file}: ${reason}.`, { cause: error }) : error;
}
