import type { Dashboard } from './dashboard.js';
import { perSecond, quantile, whole } from './queries.js';

const gatewayRequests = 'tradewind_gateway_request_duration_seconds';
const handling = 'tradewind_message_handling_seconds';

/** Rate, errors, duration of what buyers see. */
const orders: Dashboard = {
  uid: 'tradewind-orders',
  title: 'Tradewind: orders',
  description: 'Rate, errors and duration of orders and requests.',
  rows: [
    {
      title: 'Rate',
      panels: [
        {
          title: 'Orders by outcome',
          description: 'Outcomes a second.',
          unit: 'ops',
          queries: [[perSecond('tradewind_orders_total', 'outcome'), '{{outcome}}']],
        },
        {
          title: 'Requests',
          description: 'Requests that the gateway forwards, by service.',
          unit: 'reqps',
          queries: [[perSecond(`${gatewayRequests}_count`, 'service'), '{{service}}']],
        },
        {
          title: 'Open sagas',
          description: 'Orders and cancellations under way, by step.',
          unit: 'short',
          queries: [[whole('tradewind_sagas_open', 'saga', 'step'), '{{saga}}: {{step}}']],
        },
      ],
    },
    {
      title: 'Errors',
      panels: [
        {
          title: 'Failed requests',
          description: 'Share of requests that were answered with a status from 500 on, or not at all.',
          unit: 'percentunit',
          queries: [
            [
              `${perSecond(`${gatewayRequests}_count{status=~"5..|aborted"}`, 'service')} / ${perSecond(`${gatewayRequests}_count`, 'service')}`,
              '{{service}}',
            ],
          ],
        },
        {
          title: 'What waits for an operator',
          description: 'Dead letters, blocked keys of outboxes, stuck sagas.',
          unit: 'short',
          queries: [
            [`sum(${whole('tradewind_dead_letters', 'service', 'consumer', 'cause')})`, 'dead letters'],
            [`sum(${whole('tradewind_outbox_blocked_keys', 'service')})`, 'blocked keys of outboxes'],
            [`sum(${whole('tradewind_sagas_stuck', 'service')})`, 'stuck sagas'],
          ],
        },
        {
          title: 'Overdue timeouts',
          description: 'For how long the oldest timeout of a saga is due.',
          unit: 's',
          queries: [[whole('tradewind_saga_overdue_seconds', 'saga'), '{{saga}}']],
        },
      ],
    },
    {
      title: 'Duration',
      panels: [
        {
          title: 'From order to outcome',
          description: 'Half of the orders, and all but one in a hundred, have their outcome after this time.',
          unit: 's',
          queries: [
            [quantile(0.5, 'tradewind_order_outcome_seconds'), 'p50'],
            [quantile(0.99, 'tradewind_order_outcome_seconds'), 'p99'],
          ],
        },
        {
          title: 'Requests, p99',
          description: 'At the gateway, by service.',
          unit: 's',
          queries: [[quantile(0.99, gatewayRequests, 'service'), '{{service}}']],
        },
        {
          title: 'Sagas and calls, p99',
          description: 'Sagas from start to end, and calls to the outside.',
          unit: 's',
          queries: [
            [quantile(0.99, 'tradewind_saga_duration_seconds', 'saga', 'outcome'), '{{saga}} {{outcome}}'],
            [quantile(0.99, 'tradewind_effect_duration_seconds', 'effect', 'outcome'), '{{effect}} {{outcome}}'],
          ],
        },
      ],
    },
  ],
};

/** The way of a message: outbox, topic, group. */
const messaging: Dashboard = {
  uid: 'tradewind-messaging',
  title: 'Tradewind: messaging',
  description: 'Outbox, relay, consumers, effects, dead letters.',
  rows: [
    {
      title: 'Outbox and relay',
      panels: [
        {
          title: 'Not published yet',
          description: 'Age of the oldest message in the outbox, by service.',
          unit: 's',
          queries: [[whole('tradewind_outbox_lag_seconds', 'service'), '{{service}}']],
        },
        {
          title: 'From decision to acknowledgement, p99',
          description: 'Time until the broker acknowledged a message.',
          unit: 's',
          queries: [[quantile(0.99, 'tradewind_outbox_publish_seconds', 'service'), '{{service}}']],
        },
        {
          title: 'Messages into the outbox',
          description: 'A second, by service; and how many instances lead, which must be one.',
          unit: 'ops',
          queries: [
            [perSecond('tradewind_outbox_messages_total', 'service'), '{{service}}'],
            ['sum by (service) (tradewind_relay_leader)', 'leaders of {{service}}'],
          ],
        },
      ],
    },
    {
      title: 'Consumers',
      panels: [
        {
          title: 'Lag in seconds',
          description: 'For how long the oldest record that a group has not committed lies on its topic.',
          unit: 's',
          queries: [[whole('tradewind_consumer_lag_seconds', 'group'), '{{group}}']],
        },
        {
          title: 'Lag in records',
          description: 'Records that a group has not committed.',
          unit: 'short',
          queries: [[whole('tradewind_consumer_lag_records', 'group'), '{{group}}']],
        },
        {
          title: 'Age of messages, p99',
          description: 'Time from the decision that published a message until it was handled.',
          unit: 's',
          queries: [[quantile(0.99, 'tradewind_message_age_seconds', 'group'), '{{group}}']],
        },
        {
          title: 'Handled messages',
          description: 'A second, by group and outcome.',
          unit: 'ops',
          queries: [[perSecond(`${handling}_count`, 'group', 'outcome'), '{{group}} {{outcome}}']],
        },
        {
          title: 'Transactions, p99',
          description: 'Time of the transactions in which messages were handled.',
          unit: 's',
          queries: [[quantile(0.99, handling, 'group'), '{{group}}']],
        },
        {
          title: 'Rebalances and silence',
          description: 'Assignments of partitions a second; time since the last fetch of the most silent instance.',
          unit: 's',
          queries: [
            [perSecond('tradewind_consumer_rebalances_total', 'group'), 'rebalances of {{group}}'],
            [whole('tradewind_consumer_silence_seconds', 'group'), 'silence of {{group}}'],
          ],
        },
      ],
    },
    {
      title: 'What goes wrong',
      panels: [
        {
          title: 'Dead letters',
          description: 'By consumer and cause.',
          unit: 'short',
          queries: [[whole('tradewind_dead_letters', 'consumer', 'cause'), '{{consumer}}: {{cause}}']],
        },
        {
          title: 'Retries, duplicates, unknown types',
          description:
            'Transactions that are retried by reason, messages that arrived again, messages of unknown types; a second.',
          unit: 'ops',
          queries: [
            [perSecond('tradewind_transient_retries_total', 'service', 'reason'), '{{service}}: {{reason}}'],
            [perSecond('tradewind_inbox_duplicates_total', 'group'), 'duplicates of {{group}}'],
            [perSecond('tradewind_unknown_messages_total', 'group', 'topic'), 'unknown on {{topic}}'],
          ],
        },
        {
          title: 'Effects',
          description: 'Age of the oldest effect without a result, and their number.',
          unit: 's',
          queries: [
            [whole('tradewind_effects_oldest_seconds', 'service'), 'oldest of {{service}}'],
            [whole('tradewind_effects_pending', 'service'), 'pending of {{service}}'],
          ],
        },
      ],
    },
  ],
};

/** Utilisation, saturation, errors of processes and databases. */
const machines: Dashboard = {
  uid: 'tradewind-machines',
  title: 'Tradewind: machines',
  description: 'Utilisation, saturation and errors of the processes and their databases.',
  rows: [
    {
      title: 'Utilisation',
      panels: [
        {
          title: 'CPU',
          description: 'Share of one core, by instance.',
          unit: 'percentunit',
          queries: [['rate(process_cpu_seconds_total[5m])', '{{job}} {{instance}}']],
        },
        {
          title: 'Memory',
          description: 'Resident memory, and the used heap of it.',
          unit: 'bytes',
          queries: [
            ['process_resident_memory_bytes', '{{job}} {{instance}}'],
            ['nodejs_heap_size_used_bytes', 'heap of {{job}} {{instance}}'],
          ],
        },
        {
          title: 'Tables of the library',
          description: 'The ten largest, with their indexes.',
          unit: 'bytes',
          queries: [[`topk(10, ${whole('tradewind_table_bytes', 'service', 'table')})`, '{{service}}: {{table}}']],
        },
      ],
    },
    {
      title: 'Saturation',
      panels: [
        {
          title: 'Event loop, p99',
          description: 'How late timers run.',
          unit: 's',
          queries: [['nodejs_eventloop_lag_p99_seconds', '{{job}} {{instance}}']],
        },
        {
          title: 'Connections to the database',
          description: 'Busy, idle, and requests that wait for one.',
          unit: 'short',
          queries: [['sum by (job, state) (tradewind_database_connections)', '{{job}} {{state}}']],
        },
        {
          title: 'Requests in flight',
          description: 'Requests that are being answered, and the share of time of garbage collection.',
          unit: 'short',
          queries: [
            ['sum by (job) (tradewind_http_requests_in_flight)', '{{job}}'],
            ['sum by (job) (rate(nodejs_gc_duration_seconds_sum[5m]))', 'garbage collection of {{job}}'],
          ],
        },
      ],
    },
    {
      title: 'Errors',
      panels: [
        {
          title: 'Instances that get requests',
          description: 'Of those that the gateway knows.',
          unit: 'short',
          queries: [
            [whole('tradewind_gateway_instances_up', 'service'), '{{service}}'],
            [whole('tradewind_gateway_instances_known', 'service'), 'known of {{service}}'],
          ],
        },
        {
          title: 'Retried calls',
          description: 'Calls of the gateway to another instance, a second.',
          unit: 'ops',
          queries: [[perSecond('tradewind_gateway_retries_total', 'service'), '{{service}}']],
        },
        {
          title: 'Deadlocks',
          description: 'Transactions that the database ended. The lock order should prevent all of them.',
          unit: 'ops',
          queries: [[perSecond('tradewind_deadlocks_total', 'service'), '{{service}}']],
        },
      ],
    },
  ],
};

export const dashboards: readonly Dashboard[] = [orders, messaging, machines];
