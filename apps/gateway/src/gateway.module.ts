import { Module, type DynamicModule } from '@nestjs/common';
import { KeyRing, ServiceModule } from '@tradewind/service';
import { HealthChecks } from './discovery/health-checks.js';
import { PlatformReader } from './discovery/platform-reader.js';
import { Upstreams } from './discovery/upstreams.js';
import { ApiDocs } from './docs/api-docs.js';
import { Entrance } from './forward/entrance.js';
import { Forwarder } from './forward/forwarder.js';
import { FrontDoor } from './forward/front-door.js';
import { GatewayConfig } from './gateway.config.js';
import { RateLimits } from './limits/rate-limits.js';
import { Traffic } from './metrics/traffic.js';
import { KnownKeys } from './tokens/known-keys.js';

/** The one public entry: it knows who answers what, who may come in and who is there, and no business rule. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        ServiceModule.withoutDatabase({
          config,
          service: 'gateway',
          keyRing: { provide: KeyRing, useClass: KnownKeys },
        }),
      ],
      providers: [
        { provide: GatewayConfig, useValue: config },
        FrontDoor,
        Entrance,
        Forwarder,
        Upstreams,
        HealthChecks,
        PlatformReader,
        RateLimits,
        Traffic,
        ApiDocs,
      ],
    };
  }
}
