import kafkajs, { type Kafka } from 'kafkajs';
import { Codecs } from './codecs.js';
import { explain, type Concerns } from './kafkajs-access.js';
import { adaptClusters } from './kafkajs-cluster.js';
import { loggedFrom, quietLog } from './kafkajs-log.js';
import { addressOf, securityOf, type KafkaSettings } from './kafkajs-settings.js';
import { KafkajsSockets } from './kafkajs-sockets.js';

/**
 * A kafkajs client for one purpose, with sockets of its own, so that one consumer or producer can be closed without the others. It
 * tries a few times to connect, three seconds each; its caller decides when to try again and when to stop.
 */
export class KafkajsConnection {
  readonly kafka: Kafka;
  readonly sockets = new KafkajsSockets();
  #opening: Promise<unknown> = Promise.resolve();

  /** A request without an answer for so many milliseconds counts as lost. */
  constructor(
    private readonly settings: KafkaSettings,
    requestTimeout: number,
    private readonly onClose: (connection: KafkajsConnection) => void,
  ) {
    // CommonJS: what is not a named export at run time is a property of the default export.
    this.kafka = new kafkajs.Kafka({
      clientId: settings.clientId,
      brokers: [...settings.brokers],
      ...securityOf(settings),
      connectionTimeout: 3_000,
      requestTimeout,
      enforceRequestTimeout: true,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 500 },
      socketFactory: this.sockets.factory,
      logLevel: loggedFrom,
      // A closed client only logs about its end.
      logCreator: quietLog((...entry) => {
        if (!this.sockets.closed) settings.log?.(...entry);
      }),
    });
    adaptClusters(this.kafka, settings.brokers.map(addressOf), new Codecs(settings));
  }

  /** A failed opening leaves nothing open. An opening that is closed meanwhile fails. Rejects with KafkaAccessRefused where that is the cause. */
  async open<T>(opening: Promise<T>): Promise<T> {
    this.#opening = opening;
    try {
      const opened = await opening;
      if (this.sockets.closed) throw new Error('the client was closed');
      return opened;
    } catch (error) {
      const explained = await this.explain(error);
      this.close();
      throw explained;
    }
  }

  /** KafkaAccessRefused where that is the cause of an error; otherwise the error. */
  explain(error: unknown, concerns?: Concerns): Promise<unknown> {
    return explain(error, this.settings, this.sockets, concerns);
  }

  /** Closes at once: requests without an answer reject. */
  close(): void {
    this.sockets.close();
    this.onClose(this);
  }

  /** Resolves when an opening that was cut short by a close has ended. */
  get closed(): Promise<void> {
    return this.#opening.then(() => undefined).catch(() => undefined); // Its caller has the error.
  }
}
