import { runProgram } from '@tradewind/operations/cli';
import { auditCommand } from './audit.command.js';

await runProgram(auditCommand);
