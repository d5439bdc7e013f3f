import { Module, type DynamicModule } from '@nestjs/common';
import { KeyRing, ServiceModule } from '@tradewind/service';
import { HealthChecks } from './discovery/health-checks.js';
import { PlatformReader } from './discovery/platform-reader.js';
import { Upstreams } from './discovery/upstreams.js';
import { ApiDocs } from './docs/api-docs.js';
import { RequestPipeline } from './forward/request-pipeline.js';
import { Forwarder } from './forward/forwarder.js';
import { RequestListener } from './forward/request-listener.js';
import { GatewayConfig } from './gateway.config.js';
import { RateLimits } from './limits/rate-limits.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import { InMemoryKeyRing } from './tokens/in-memory-key-ring.js';

/** The only public entry point: routing, rate limits, access tokens and service discovery, without business rules. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        ServiceModule.withoutDatabase({
          config,
          service: 'gateway',
          keyRing: { provide: KeyRing, useClass: InMemoryKeyRing },
        }),
      ],
      providers: [
        { provide: GatewayConfig, useValue: config },
        RequestListener,
        RequestPipeline,
        Forwarder,
        Upstreams,
        HealthChecks,
        PlatformReader,
        RateLimits,
        GatewayMetrics,
        ApiDocs,
      ],
    };
  }
}
