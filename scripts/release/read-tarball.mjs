import { gunzipSync } from 'node:zlib';

const block = 512;

/**
 * The files of a packed package.
 *
 * @param {Uint8Array} packed - A `.tgz`, as npm and pnpm pack them: everything in the folder `package`.
 * @returns {Map<string, Buffer>} Contents by path within the package.
 * @throws {Error} For an entry that isn't a file of the folder `package`.
 */
export function readTarball(packed) {
  const bytes = gunzipSync(packed);
  const files = new Map();
  let longPath;
  for (let at = 0; at + block <= bytes.length;) {
    const header = bytes.subarray(at, at + block);
    if (header[0] === 0) break;
    const size = parseInt(text(header, 124, 12), 8);
    const contents = bytes.subarray(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156]);
    if (type === 'x') longPath = /\d+ path=(.*)\n/.exec(contents.toString())?.[1];
    else {
      files.set(inPackage(longPath ?? pathOf(header), type), contents);
      longPath = undefined;
    }
  }
  return files;
}

function pathOf(header) {
  const [name, prefix] = [text(header, 0, 100), text(header, 345, 155)];
  return prefix ? `${prefix}/${name}` : name;
}

function inPackage(path, type) {
  if ((type === '0' || type === '\0') && path.startsWith('package/')) return path.slice(8);
  throw new Error(
    `readTarball: entries must be files in 'package', got '${path}' of type ${type}.`,
  );
}

/** Text of a header's field, which ends with a zero byte. */
function text(header, start, length) {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}
