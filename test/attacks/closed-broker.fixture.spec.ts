import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { applyPermissions, type BrokerPermission, type KafkaSettings } from '@tradewind/messaging/internals';
import { kafkaSecurityAs, perKafkaUser, type KafkaUser } from '../../tools/kafka-users.js';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { endLeftovers, removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { openKafkaAccess } from '../../tools/platform/shop/kafka-access.js';
import { shopPermissions } from '../../tools/platform/shop/permissions.js';

/** The broker of `npm start -- --secure` alone, with the shop's topics and permissions. */
export class ClosedBroker {
  private constructor(
    readonly folder: string,
    private readonly logins: string,
    private readonly kafka: Kafka,
  ) {}

  static async start(): Promise<ClosedBroker> {
    const folder = await temporaryFolder();
    const [dataDir, logFile, logins] = ['kafka', 'kafka.log', 'logins'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const kafkaPasswords = perKafkaUser(() => randomBytes(12).toString('base64url'));
    const access = openKafkaAccess({ path: folder, kafka: dataDir, kafkaLogins: logins }, { kafkaPasswords }, {});
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const kafka = await startKafka({ dataDir, logFile, port, controllerPort, shortLived: true, access });
    const broker = new ClosedBroker(folder, logins, kafka);
    await broker.allow(shopPermissions());
    const client = kafkaClient(broker.as('platform'));
    await client.provision(Object.values(topics));
    await client.close();
    return broker;
  }

  get brokers(): string[] {
    return this.kafka.brokers.split(',');
  }

  /** The settings of a client with the login of a user. */
  as(user: KafkaUser): KafkaSettings {
    return { brokers: this.brokers, clientId: user, ...kafkaSecurityAs(user, this.logins, {}) };
  }

  /** Makes these the only permissions. */
  async allow(permissions: readonly BrokerPermission[]): Promise<void> {
    await applyPermissions(this.as('platform'), permissions, { onlyThese: true });
  }

  async remove(): Promise<void> {
    await this.kafka.kill();
    await endLeftovers(this.folder);
    removeState(this.folder);
  }
}
