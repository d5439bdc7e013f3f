import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { ConsoleModule } from '@tradewind/console';
import { KafkaClient, kafkaClient, kafkaSecurity } from '@tradewind/messaging';
import type { ConsoleConfig } from './console.config.js';
import { Pools } from './databases/pools.js';
import { readVerdict } from './last-audit/verdict-file.js';
import { GatewayLogIn } from './log-in/gateway-log-in.js';

/** The console of the shop: all services, behind the log-in of the shop's staff. It has no database and no messages of its own. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(
    @Inject(Pools) private readonly pools: Pools,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
  ) {}

  static forRoot(config: ConsoleConfig): DynamicModule {
    const { TRADEWIND_DATABASES, GATEWAY_URL, CONSOLE_SECRET, KAFKA_BROKERS, INSTANCE_ID, AUDIT_FILE } = config;
    const kafka = kafkaClient({ brokers: KAFKA_BROKERS, clientId: INSTANCE_ID, ...kafkaSecurity(config) });
    const pools = new Pools(TRADEWIND_DATABASES);
    const gateway = new GatewayLogIn(GATEWAY_URL);
    return {
      module: AppModule,
      imports: [
        ConsoleModule.forRoot({
          path: '/',
          databases: pools.acting,
          readings: pools.reading,
          kafka,
          ...(AUDIT_FILE === undefined ? {} : { lastAudit: () => readVerdict(AUDIT_FILE) }),
          access: {
            secret: CONSOLE_SECRET,
            logIn: (email, password, address) => gateway.logIn(email, password, address),
          },
        }),
      ],
      providers: [
        { provide: Pools, useValue: pools },
        { provide: KafkaClient, useValue: kafka },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pools.close(), this.kafka.close()]);
  }
}
