import {
  Inject,
  Logger,
  Module,
  RequestMethod,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { KafkaClient, messagingToken } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import type { Databases } from '@tradewind/operations';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkAccess } from '../access/access.js';
import { Console } from '../http/console.js';
import { listen } from '../http/listener.js';
import { Readings, type LagReader } from '../readings/readings.js';
import { actions } from '../actions/index.js';
import { screens } from '../screens/index.js';
import { Background } from './background.js';
import type { ConsoleOptions } from './console.options.js';

const settingsToken = Symbol('ConsoleSettings');

interface ConsoleSettings {
  readonly options: ConsoleOptions;
  readonly databases: Databases;
  readonly kafka: LagReader | undefined;
}

/**
 * The operator's console, mounted into an application: server-rendered pages below `path`. It reads and changes the service's own database, or
 * those that are given.
 */
@Module({})
export class ConsoleModule implements NestModule, OnApplicationShutdown {
  readonly #background = new Background();
  readonly #logger = new Logger('Console');

  constructor(@Inject(settingsToken) private readonly settings: ConsoleSettings) {}

  /** Throws TypeError for options that cannot work. */
  static forRoot(options: ConsoleOptions): DynamicModule {
    checkAccess(options.access);
    mountOf(options);
    const { databases, kafka, messaging } = options;
    return {
      module: ConsoleModule,
      providers: [
        databases
          ? { provide: settingsToken, useValue: { options, databases, kafka } satisfies ConsoleSettings }
          : {
              provide: settingsToken,
              inject: [
                messagingToken(MessagingRuntime, messaging),
                messagingToken(PostgresStore, messaging),
                messagingToken(KafkaClient, messaging),
              ],
              useFactory: (
                { options: { service } }: MessagingRuntime,
                { dataSource }: PostgresStore,
                client: KafkaClient,
              ): ConsoleSettings => ({ options, databases: { [service]: dataSource }, kafka: kafka ?? client }),
            },
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    const { options, databases, kafka } = this.settings;
    const mount = mountOf(options);
    const log = (message: string, error: unknown): void =>
      this.#logger.error(message, error instanceof Error ? error.stack : String(error));
    const console = new Console({
      title: options.title ?? 'Tradewind',
      readings: new Readings(options.readings ?? databases, systemPorts.clock, { kafka, lastAudit: options.lastAudit }),
      access: options.access,
      ports: systemPorts,
      inBackground: (work) => this.#background.run(work, (error) => log('work in the background failed', error)),
      search: options.search,
      ...{ databases, screens, actions, log },
    });
    const handle = (request: IncomingMessage, response: ServerResponse, next: (error: unknown) => void): void =>
      void listen(console, mount, request, response).catch(next);
    const paths = [mount === '' ? '' : mount.slice(1), `${mount.slice(1)}/*path`];
    consumer.apply(handle).forRoutes(...paths.map((path) => ({ path, method: RequestMethod.ALL })));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#background.stop();
  }
}

/** Its path without a slash at the end; empty at the root. */
function mountOf({ path = '/console' }: ConsoleOptions): string {
  const mount = path.endsWith('/') ? path.slice(0, -1) : path;
  if (mount !== '' && !/^(\/[a-z0-9-]+)+$/i.test(mount))
    throw new TypeError(`the path of the console is "${path}": it must be as "/console" or "/admin/console"`);
  return mount;
}
