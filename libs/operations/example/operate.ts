import { operate } from '@tradewind/operations';
import { AppModule } from './app.module.js';

await operate(AppModule);
