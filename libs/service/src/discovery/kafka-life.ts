import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { KafkaClient } from '@tradewind/messaging';

/** Closes the broker client of a service that has no messaging to do so. */
@Injectable()
export class KafkaLife implements OnApplicationShutdown {
  constructor(@Inject(KafkaClient) private readonly kafka: KafkaClient) {}

  onApplicationShutdown(): Promise<void> {
    return this.kafka.close();
  }
}
