/** A message to a person, in clear text: it exists in memory only. */
export interface Mail {
  /** The same in every attempt, so that a receiver can drop a repeated message. Letters, digits and dashes. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Lines of plain text. */
  readonly text: string;
}

/** Sends messages to people. Every adapter passes `describeMailer`. */
export interface Mailer {
  /**
   * Resolves when the message was handed over. Rejects if it was not, or if that is not known: then the caller sends it again, so it may arrive
   * more than once, with the same id.
   */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
}

/** Injection token of the mailer. */
export const Mailer = Symbol('Mailer');
