/** A metric that a service exposes. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
}

const gauge = (name: string, ...labels: string[]): Metric => ({ name, type: 'gauge', labels });
const counter = (name: string, ...labels: string[]): Metric => ({ name, type: 'counter', labels });
const histogram = (name: string, ...labels: string[]): Metric => ({ name, type: 'histogram', labels });

/** Of every service with a database: the messaging library's. */
const messaging = [
  gauge('tradewind_outbox_rows', 'service'),
  gauge('tradewind_outbox_lag_seconds', 'service'),
  gauge('tradewind_outbox_blocked_keys', 'service'),
  histogram('tradewind_outbox_publish_seconds', 'service'),
  counter('tradewind_outbox_messages_total', 'service'),
  gauge('tradewind_relay_leader', 'service'),
  gauge('tradewind_relay_epoch', 'service'),
  gauge('tradewind_dead_letters', 'service', 'consumer', 'cause'),
  gauge('tradewind_consumer_lag_records', 'service', 'group'),
  gauge('tradewind_consumer_lag_seconds', 'service', 'group'),
  gauge('tradewind_consumer_silence_seconds', 'service', 'group'),
  counter('tradewind_consumer_rebalances_total', 'service', 'group'),
  counter('tradewind_unknown_messages_total', 'service', 'group', 'topic'),
  histogram('tradewind_message_handling_seconds', 'service', 'group', 'type', 'outcome'),
  histogram('tradewind_message_age_seconds', 'service', 'group'),
  counter('tradewind_inbox_duplicates_total', 'service', 'group'),
  gauge('tradewind_sagas_open', 'service', 'saga', 'step'),
  gauge('tradewind_sagas_stuck', 'service'),
  gauge('tradewind_saga_overdue_seconds', 'service', 'saga'),
  histogram('tradewind_saga_duration_seconds', 'service', 'saga', 'outcome'),
  gauge('tradewind_effects_pending', 'service'),
  gauge('tradewind_effects_oldest_seconds', 'service'),
  histogram('tradewind_effect_duration_seconds', 'service', 'effect', 'outcome'),
  counter('tradewind_transactions_total', 'service'),
  counter('tradewind_transient_retries_total', 'service', 'reason'),
  counter('tradewind_deadlocks_total', 'service'),
  gauge('tradewind_table_bytes', 'service', 'table'),
  counter('tradewind_pruned_rows_total', 'service', 'table'),
];

/** Of every service: HTTP, the pool of connections, the process. */
const service = [
  histogram('tradewind_http_request_duration_seconds', 'method', 'route', 'status'),
  gauge('tradewind_http_requests_in_flight'),
  gauge('tradewind_database_connections', 'state'),
];

/** Of single services. */
const ofOneService = [gauge('tradewind_reservations_overdue'), gauge('tradewind_erasures_overdue')];

/** Of Node, by prom-client; those that the dashboards use. */
const node = [
  counter('process_cpu_seconds_total'),
  gauge('process_resident_memory_bytes'),
  gauge('nodejs_eventloop_lag_p99_seconds'),
  gauge('nodejs_heap_size_used_bytes'),
  histogram('nodejs_gc_duration_seconds', 'kind'),
];

const gateway = [
  histogram('tradewind_gateway_request_duration_seconds', 'service', 'method', 'status'),
  counter('tradewind_gateway_retries_total', 'service'),
  gauge('tradewind_gateway_instances_known', 'service'),
  gauge('tradewind_gateway_instances_up', 'service'),
];

const order = [counter('tradewind_orders_total', 'outcome'), histogram('tradewind_order_outcome_seconds')];

/** Every metric that dashboards and alerts may use. A journey compares it with what a running shop exposes. */
export const metrics: readonly Metric[] = [...messaging, ...service, ...ofOneService, ...node, ...gateway, ...order];

/** The names under which Prometheus stores them. */
export const seriesNames = ({ name, type }: Metric): string[] =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
