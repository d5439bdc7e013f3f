import type { PaymentProvider } from '../../../apps/payment/src/provider/payment-provider.js';
import {
  MessagingParts,
  type Commands,
  type KafkaClient,
  type Log,
  type Store,
  type Table,
  type World,
} from '@tradewind/messaging';
import { services, type ReadRows, type ServiceName } from './services.js';

/** What one process stands on, simulated or real. */
export interface Ports {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly world: World;
  /** Who holds the money; only the payment service asks. */
  readonly provider: PaymentProvider;
}

/** Who is told what goes on in it. */
export interface Listeners {
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
}

/** One process of a service, without HTTP: commands come in by hand. */
export interface RunningService {
  readonly name: ServiceName;
  readonly commands: Commands;
  readonly read: ReadRows;
  /** As on SIGTERM: leaves its groups, finishes what it has accepted and publishes what it has said. */
  stop(): Promise<void>;
}

/** Starts a process of a service from its real parts, wired as its Nest module wires them. */
export function startService(name: ServiceName, ports: Ports, { log, onFatal }: Listeners): RunningService {
  const { messaging, handlers, effects } = services[name];
  const read = readsOf(ports.store);
  const workers = effects(read, ports.provider);
  const parts = new MessagingParts(messaging, { ...ports, log, onFatal }, () => workers);
  for (const Handler of handlers) parts.hear(new Handler());
  parts.transport.listen((error) => {
    if (error) throw error;
  });
  parts.start();
  return {
    name,
    commands: parts.gate,
    read,
    stop: async () => {
      await parts.leave();
      await parts.finish();
    },
  };
}

/** The services read with plain selects; the port of the store knows rows only as a transaction loads them. */
const readsOf =
  (store: Store): ReadRows =>
  async <S extends object>(table: Table<S>, by: string, values: readonly string[]) =>
    (await store.transaction((transaction) =>
      transaction.load({ table, by: new Map([[by, new Set(values)]]) }),
    )) as readonly S[];
