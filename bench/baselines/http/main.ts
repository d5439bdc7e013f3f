import { setting } from '../../environment/program.js';
import { runApp, type ServiceName } from '../nest-shop/run-app.js';
import { OrdersController, PaymentsController, ReservationsController, ShopClient } from './controllers.js';

/* One of the three services. */
const modules = {
  order: { controllers: [OrdersController], providers: [ShopClient] },
  product: { controllers: [ReservationsController] },
  payment: { controllers: [PaymentsController] },
};
const name = setting('SERVICE') as ServiceName;
await runApp(name, modules[name]);
