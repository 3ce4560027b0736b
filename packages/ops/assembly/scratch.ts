/** Memory of this thread alone: see threadScratch of src/wasm/runtime.ts for its size. */
export let scratch: usize = 0;

/** Gives this thread its memory. */
export function useScratch(pointer: usize): void {
  scratch = pointer;
}
