import type { PaymentProvider } from '../../../apps/payment/src/provider/payment-provider.js';
import type { Commands, KafkaClient, Table } from '@tradewind/messaging';
import { MessagingRuntime, type Log, type Store, type RuntimePorts } from '@tradewind/messaging/internals';
import { serviceParts } from '../../services/index.js';
import type { ReadRows } from '../../services/service-parts.js';
import type { SimulatedService } from '../scenario/simulated-services.js';

/** The ports of one process, simulated or real. */
export interface ServicePorts {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  /** Used by the payment service only. */
  readonly provider: PaymentProvider;
}

/** Log and error callbacks of a process. */
export interface Listeners {
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
}

/** One process of a service without HTTP: the workload calls its commands. */
export interface RunningService {
  readonly name: SimulatedService;
  readonly commands: Commands;
  readonly read: ReadRows;
  /** As on SIGTERM: leaves its groups, finishes accepted commands and publishes its outbox. */
  stop(): Promise<void>;
}

/** Short, so that marks are pruned while the shop trades; longer than a message waits for the broker. */
const retention = { inbox: '20s' } as const;

/** Starts a process of a service from its real handlers and effects, wired as in its Nest module. */
export function startService(name: SimulatedService, ports: ServicePorts, { log, onFatal }: Listeners): RunningService {
  const {
    definition: { messaging: declared, handlers },
    simulation: { effects } = {},
  } = serviceParts[name];
  const messaging = { ...declared, retention };
  const read = readRowsOf(ports.store);
  const workers = effects?.(read, ports.provider) ?? [];
  const runtime = new MessagingRuntime(messaging, { ...ports, log, onFatal }, () => workers);
  for (const Handler of handlers) runtime.addController(new Handler());
  runtime.transport.listen((error) => {
    if (error) throw error;
  });
  runtime.start().catch(onFatal);
  return {
    name,
    commands: runtime.commands,
    read,
    stop: async () => {
      await runtime.stopConsuming();
      await runtime.stop();
    },
  };
}

/** The services use plain selects; through the port of the store rows are loaded in a transaction. */
const readRowsOf =
  (store: Store): ReadRows =>
  async <S extends object>(table: Table<S>, by: string, values: readonly string[]) =>
    (await store.transaction((transaction) =>
      transaction.load({ table, by: new Map([[by, new Set(values)]]) }),
    )) as readonly S[];
