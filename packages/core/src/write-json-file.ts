import { writeFileAtomically } from './write-file-atomically.js';

/**
 * Writes a value as indented JSON to a file that appears whole or not at all ({@link writeFileAtomically}).
 *
 * @throws {Error} If the file can't be written.
 */
export function writeJsonFile(file: string, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  return writeFileAtomically(file, (handle) => handle.writeFile(text));
}
