import kafkajs, { type logCreator } from 'kafkajs';

export type KafkaLog = (level: 'warn' | 'error', message: string, detail: object) => void;

/** Milliseconds in which one and the same complaint is passed on once. */
const interval = 10_000;

/**
 * What kafkajs has to say, in words for an operator: while a broker is away it complains several times a second, with a
 * stack each time. Nothing it logs is final (what is, comes as an error to whoever called), so nothing is more than a warning.
 */
export function quietLog(log: KafkaLog | undefined): logCreator {
  const last = new Map<string, number>();
  return () =>
    ({ log: { message, timestamp: _at, logger: _logger, stack: _stack, ...detail } }) => {
      const now = Date.now();
      if (now - (last.get(message) ?? 0) < interval) return;
      if (last.size > 100) last.clear();
      last.set(message, now);
      log?.('warn', `kafkajs: ${message}`, detail);
    };
}

export const loggedFrom = kafkajs.logLevel.WARN;
