import { runProgram } from '../../tradewind/operations/commands/run-program.js';
import { auditCommand } from './audit.command.js';

await runProgram(auditCommand);
