import kafkajs, { type Kafka } from 'kafkajs';
import { loggedFrom, quietLog, type KafkaLog } from './kafkajs-log.js';
import './kafkajs-produce-request.js';
import './kafkajs-request-queue.js';
import { KafkajsSockets } from './kafkajs-sockets.js';

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Called with what kafkajs has to say at warning level or worse. */
  readonly log?: KafkaLog;
}

/**
 * kafkajs for one purpose, with sockets of its own, so that one consumer or producer can be ended without the others. It tries
 * a few times to connect, each for three seconds at most: whoever opens it knows better when to try again, and when to stop.
 */
export class KafkajsConnection {
  readonly kafka: Kafka;
  readonly sockets = new KafkajsSockets();
  #opening: Promise<unknown> = Promise.resolve();

  /** Without an answer for so many milliseconds a request counts as lost. */
  constructor(
    settings: KafkaSettings,
    requestTimeout: number,
    private readonly onClose: (part: KafkajsConnection) => void,
  ) {
    // CommonJS: what is not a named export at run time hangs on the default.
    this.kafka = new kafkajs.Kafka({
      clientId: settings.clientId,
      brokers: [...settings.brokers],
      connectionTimeout: 3_000,
      requestTimeout,
      enforceRequestTimeout: true,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 500 },
      socketFactory: this.sockets.factory,
      logLevel: loggedFrom,
      // What a closed client still has to say is about its end.
      logCreator: quietLog((...words) => {
        if (!this.sockets.closed) settings.log?.(...words);
      }),
    });
  }

  /** What does not come to life leaves nothing behind; what was closed meanwhile does not come to life. */
  async open<T>(work: Promise<T>): Promise<T> {
    this.#opening = work;
    try {
      const opened = await work;
      if (this.sockets.closed) throw new Error('the client was closed');
      return opened;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** At once: what waits for an answer is rejected. */
  close(): void {
    this.sockets.close();
    this.onClose(this);
  }

  /** When an opening that a close has cut short is over. */
  get closed(): Promise<void> {
    return this.#opening.then(() => undefined).catch(() => undefined); // how it ended, its caller is told
  }
}
