/** Why a question has no answer. */
export type ServeErrorCode =
  /** The question itself is wrong. */
  | 'invalid-request'
  /** A user, an item or all of a history is not known. */
  | 'not-found'
  /** The question is right, but no item is left to answer with, or the run lacks what it needs. */
  | 'unanswerable';

/** An error that the asker made. */
export class ServeError extends Error {
  readonly code: ServeErrorCode;

  constructor(code: ServeErrorCode, message: string) {
    super(message);
    this.name = 'ServeError';
    this.code = code;
  }
}
