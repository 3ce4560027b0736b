/** How a file format takes rows. */
export interface RowWriter {
  write(block: Float32Array): Promise<void>;
  finish(): Promise<void>;
}

/** Shape and number type of a matrix to be written. */
export interface TableShape {
  readonly rows: number;
  readonly columns: number;
  readonly storage: 'float32' | 'float16';
}
