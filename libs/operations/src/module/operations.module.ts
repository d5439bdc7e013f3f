import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { messagingToken } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore } from '@tradewind/messaging/internals';
import type { Databases } from '../databases/index.js';
import { DeadLetters } from '../dead-letters/index.js';
import { EffectOperations } from './effect-operations.js';
import { Rebuilds } from './rebuilds.js';
import { Replays } from './replays.js';
import { SagaOperations } from './saga-operations.js';
import type { ServiceParts } from './service-parts.js';

/**
 * What an operator can do with a service, as injectable classes on the service's own database: `DeadLetters`, `SagaOperations`,
 * `EffectOperations`, `Replays` and `Rebuilds`. Needs a MessagingModule in the same application.
 */
@Module({})
export class OperationsModule {
  /** `messaging`: the name of the MessagingModule; its classes are then injected with `messagingToken(DeadLetters, name)`. */
  static forRoot({ messaging }: { readonly messaging?: string } = {}): DynamicModule {
    const ofDatabase = <T>(cls: new (databases: Databases) => T): Provider => ({
      provide: messagingToken(cls, messaging),
      inject: [messagingToken(MessagingRuntime, messaging), messagingToken(PostgresStore, messaging)],
      useFactory: ({ options }: MessagingRuntime, { dataSource }: PostgresStore) =>
        new cls({ [options.service]: dataSource }),
    });
    const ofService = <T>(cls: new (parts: ServiceParts) => T): Provider => ({
      provide: messagingToken(cls, messaging),
      inject: [messagingToken(MessagingRuntime, messaging), messagingToken(PostgresStore, messaging)],
      useFactory: (runtime: MessagingRuntime, { dataSource }: PostgresStore) =>
        new cls({ ...runtime.environment, runtime, dataSource }),
    });
    const classes = [DeadLetters, SagaOperations, EffectOperations, Replays, Rebuilds];
    return {
      module: OperationsModule,
      providers: [
        ofDatabase(DeadLetters),
        ofDatabase(SagaOperations),
        ofDatabase(EffectOperations),
        ofService(Replays),
        ofService(Rebuilds),
      ],
      exports: classes.map((cls) => messagingToken(cls, messaging)),
    };
  }
}
