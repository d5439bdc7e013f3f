import { LogDamaged } from './operation-log.js';
import { startProvider } from './server.js';
import { BadSetting, readSettings } from './settings.js';

const say = (level: 'info' | 'warn' | 'error', msg: string, more: object = {}): void => {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), service: 'provider', msg, ...more })}\n`,
  );
};

const fail = (error: unknown): never => {
  say('error', describe(error));
  process.exit(1);
};

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadSetting || error instanceof LogDamaged) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}: set PORT to a free one, or stop what is running there`;
  return error.stack ?? error.message;
}

try {
  const settings = readSettings(process.env);
  const provider = await startProvider(settings, fail);
  if (provider.torn)
    say('warn', 'a crash had torn the last line of the log: it was never answered and is dropped', {
      ...provider.torn,
    });
  say('info', 'listening', { url: provider.url, operations: provider.operations });
  const stop = (): void => void provider.stop().then(() => process.exit(0), fail);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}
