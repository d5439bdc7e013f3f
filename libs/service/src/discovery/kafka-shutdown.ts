import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { KafkaClient } from '@tradewind/messaging';

/** Closes the Kafka client of a service without messaging. */
@Injectable()
export class KafkaShutdown implements OnApplicationShutdown {
  constructor(@Inject(KafkaClient) private readonly kafka: KafkaClient) {}

  onApplicationShutdown(): Promise<void> {
    return this.kafka.close();
  }
}
