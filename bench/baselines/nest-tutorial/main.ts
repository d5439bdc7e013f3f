import { ClientsModule, Transport } from '@nestjs/microservices';
import { setting } from '../../environment/program.js';
import { runApp, type ServiceName } from '../nest-shop/run-app.js';
import { kafka, OrdersController, PaymentsController, StockController } from './controllers.js';

/* One of the three services. */
const controllers = { order: OrdersController, product: StockController, payment: PaymentsController };
const name = setting('SERVICE') as ServiceName;
const client = { clientId: name, brokers: setting('KAFKA_BROKERS').split(',') };
const transport = Transport.KAFKA as const;

await runApp(
  name,
  {
    imports: [ClientsModule.register([{ name: kafka, transport, options: { client, producerOnlyMode: true } }])],
    controllers: [controllers[name]],
  },
  {
    transport,
    options: { client, consumer: { groupId: `tutorial-${name}` }, subscribe: { fromBeginning: true } },
  },
);
