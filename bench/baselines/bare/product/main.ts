import { topics } from '../outbox.js';
import { runBareService } from '../service.js';
import { handleCommands } from './stock.js';

/* The product service: reserves, sells and releases stock. */
await runBareService({ name: 'product', connections: 2, topics: [topics.stockCommands], handle: handleCommands });
