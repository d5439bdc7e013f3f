import { Module, type DynamicModule } from '@nestjs/common';
import type { MessagingOptions } from '@tradewind/messaging';
import type { MigrationInterface } from 'typeorm';
import type { DatabaseConfig } from './config/index.js';

export interface ServiceOptions {
  readonly config: DatabaseConfig;
  /** The service's own, by hand, in order; those of the libraries are added. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The lock order of the service's own tables; signing and data keys come before it. */
  readonly messaging: MessagingOptions;
  /** True where the service holds sealed fields: gives `Sealer`; the config is a SealingConfig. */
  readonly sealing?: boolean;
}

/** What every service with a database has. Global: its providers need no import elsewhere. */
@Module({})
export class ServiceModule {
  static forRoot(options: ServiceOptions): Promise<DynamicModule> {
    return Promise.resolve({ module: ServiceModule, global: true, providers: [{ provide: 'ServiceOptions', useValue: options }] });
  }
}
