/** The requested operation is not possible. The message states the reason, and what to do instead. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
  /** Of the program that prints the message. */
  readonly exitCode: number = 1;
}

/** A database or the broker can't be reached, or its address is not known. */
export class Unreachable extends OperatorError {
  override readonly name = 'Unreachable';
  override readonly exitCode = 2;
}
