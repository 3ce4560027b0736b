/** A WebAssembly module that was given its memory instead of making its own. */
export interface ModuleWithImportedMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 64 KiB pages that the module needs at the start. */
  readonly initialPages: number;
  /** 64 KiB pages that it may grow to. */
  readonly maximumPages: number;
}

const importSection = 2;
const memorySection = 5;
const header = 8;

/**
 * Rewrites a compiled module so that it imports a shared memory, `env.memory`, in place of the memory that it
 * defines. Threads that are given the same memory then see the same numbers. Nothing else changes: the
 * memory keeps its number (0), its limits and the name that it is exported by.
 *
 * @param binary - A WebAssembly module (binary format, version 1) that defines one memory with a maximum.
 * @throws {Error} If it does not.
 * @see WebAssembly core specification 2.0, §5.5. https://www.w3.org/TR/wasm-core-2/
 */
export function importSharedMemory(binary: Uint8Array): ModuleWithImportedMemory {
  const sections = readSections(binary);
  const memory = sections.find(({ id }) => id === memorySection);
  if (!memory) throw new Error('importSharedMemory: the module must define a memory, got none.');
  const limits = reader(memory.content);
  const [count, flags] = [limits.number(), limits.number()];
  if (count !== 1 || flags !== 1) {
    throw new Error('importSharedMemory: the module must define one memory with a maximum.');
  }
  const [initialPages, maximumPages] = [limits.number(), limits.number()];
  // Module and field name, kind "memory", limits "shared with a maximum".
  const entry = [
    ...[...encodeName('env'), ...encodeName('memory'), 2, 3],
    ...[...encodeNumber(initialPages), ...encodeNumber(maximumPages)],
  ];
  const parts: Uint8Array[] = [binary.subarray(0, header)];
  for (const { id, content } of sections) {
    if (id === memorySection) continue;
    parts.push(encodeSection(id, id === importSection ? addImport(content, entry) : content));
  }
  return { bytes: concatenate(parts), initialPages, maximumPages };
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function readSections(binary: Uint8Array): Section[] {
  const sections: Section[] = [];
  const bytes = reader(binary, header);
  while (!bytes.done()) {
    const id = bytes.byte();
    sections.push({ id, content: bytes.take(bytes.number()) });
  }
  if (!sections.some(({ id }) => id === importSection)) {
    throw new Error('importSharedMemory: the module must have imports, got none.');
  }
  return sections;
}

/** Appends an entry to the vector that an import section holds. */
function addImport(content: Uint8Array, entry: readonly number[]): Uint8Array {
  const bytes = reader(content);
  const count = bytes.number();
  return concatenate([
    Uint8Array.from(encodeNumber(count + 1)),
    bytes.rest(),
    Uint8Array.from(entry),
  ]);
}

function encodeSection(id: number, content: Uint8Array): Uint8Array {
  return concatenate([Uint8Array.from([id, ...encodeNumber(content.length)]), content]);
}

/** Reads bytes and unsigned numbers in LEB128 one after the other. */
function reader(bytes: Uint8Array, start = 0) {
  let at = start;
  const byte = () => {
    const value = bytes[at++];
    if (value === undefined) throw new Error('importSharedMemory: the module is truncated.');
    return value;
  };
  return {
    byte,
    done: () => at >= bytes.length,
    number: () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const next = byte();
        value |= (next & 127) << shift;
        if (next < 128) return value >>> 0;
      }
    },
    take: (count: number) => bytes.subarray(at, (at += count)),
    rest: () => bytes.subarray(at),
  };
}

function encodeNumber(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest ? low | 128 : low);
  } while (rest);
  return bytes;
}

function encodeName(name: string): number[] {
  return [name.length, ...new TextEncoder().encode(name)];
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
