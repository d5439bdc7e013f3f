import { readConfig, runProgram } from '@tradewind/service';
import { AppModule } from './app.module.js';
import { ConsoleConfig } from './console.config.js';

await runProgram(
  'console',
  () => readConfig(ConsoleConfig, process.env),
  (config) => AppModule.forRoot(config),
);
