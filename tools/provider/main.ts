import { withSettingFiles } from '../setting-files.js';
import { LogDamaged } from './operation-log.js';
import { startProvider } from './server.js';
import { BadSetting, readSettings } from './settings.js';

const log = (level: 'info' | 'warn' | 'error', msg: string, more: object = {}): void => {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), service: 'provider', msg, ...more })}\n`,
  );
};

const fail = (error: unknown): never => {
  log('error', describe(error));
  process.exit(1);
};

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadSetting || error instanceof LogDamaged) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}: set PORT to a free port, or stop the process that uses it`;
  return error.stack ?? error.message;
}

try {
  const settings = readSettings(withSettingFiles(process.env, ['PROVIDER_API_KEY', 'PROVIDER_WEBHOOK_SECRET']));
  const provider = await startProvider(settings, fail);
  if (provider.torn)
    log('warn', 'the last line of the log was incomplete after a crash: it was never answered and is dropped', {
      ...provider.torn,
    });
  log('info', 'listening', { url: provider.url, operations: provider.operations });
  if (process.connected) process.send?.('ready');
  const stop = (): void => void provider.stop().then(() => process.exit(0), fail);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}
