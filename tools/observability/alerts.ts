import type { Alert } from './alert.js';
import { perSecond, quantile, whole } from './queries.js';

const gatewayRequests = 'tradewind_gateway_request_duration_seconds_count';
/** One value for many minutes. */
const steady = (value: number | string): string => `${value}x30`;
const rising = (by: number): string => `0+${by}x30`;

/** An alert on a gauge of the whole service that is above a limit. */
function above(
  limit: number,
  gauge: string,
  labels: Readonly<Record<string, string>>,
  rest: Pick<Alert, 'name' | 'severity' | 'for' | 'summary'>,
): Alert {
  const series = `${gauge}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
  return {
    ...rest,
    query: `${whole(gauge, ...Object.keys(labels))} > ${limit}`,
    example: {
      series: { [series]: steady(limit + 1) },
      fires: labels,
      minutes: 20,
      quiet: { [series]: steady(limit) },
    },
  };
}

const order = { service: 'order' };

export const alerts: readonly Alert[] = [
  above(
    0,
    'tradewind_dead_letters',
    { ...order, consumer: 'order', cause: 'Poison' },
    {
      name: 'TradewindDeadLetters',
      severity: 'ticket',
      for: '1m',
      summary: '{{ $labels.consumer }} has dead letters ({{ $labels.cause }}): their keys wait',
    },
  ),
  above(0, 'tradewind_outbox_blocked_keys', order, {
    name: 'TradewindOutboxBlocked',
    severity: 'ticket',
    for: '1m',
    summary: 'The broker rejects records of {{ $labels.service }}: their keys wait',
  }),
  above(60, 'tradewind_outbox_lag_seconds', order, {
    name: 'TradewindOutboxLag',
    severity: 'page',
    for: '2m',
    summary: '{{ $labels.service }} has not published for more than a minute',
  }),
  {
    name: 'TradewindNoRelayLeader',
    severity: 'page',
    query: 'sum by (service) (tradewind_relay_leader) < 1',
    for: '2m',
    summary: 'No instance of {{ $labels.service }} publishes its outbox',
    example: {
      series: {
        'tradewind_relay_leader{service="order",instance="a"}': steady(0),
        'tradewind_relay_leader{service="order",instance="b"}': steady(0),
      },
      fires: order,
      minutes: 10,
      quiet: {
        'tradewind_relay_leader{service="order",instance="a"}': steady(0),
        'tradewind_relay_leader{service="order",instance="b"}': steady(1),
      },
    },
  },
  above(
    120,
    'tradewind_consumer_lag_seconds',
    { ...order, group: 'order' },
    {
      name: 'TradewindConsumerLag',
      severity: 'ticket',
      for: '5m',
      summary: '{{ $labels.group }} is more than two minutes behind',
    },
  ),
  above(
    45,
    'tradewind_consumer_silence_seconds',
    { ...order, group: 'order' },
    {
      name: 'TradewindConsumerSilent',
      severity: 'page',
      for: '1m',
      summary: 'An instance of {{ $labels.group }} fetches nothing, although its client was replaced',
    },
  ),
  above(0, 'tradewind_sagas_stuck', order, {
    name: 'TradewindSagaStuck',
    severity: 'page',
    for: '1m',
    summary: 'A compensation or a last step of {{ $labels.service }} fails again and again',
  }),
  above(
    60,
    'tradewind_saga_overdue_seconds',
    { saga: 'place-order' },
    {
      name: 'TradewindSagaOverdue',
      severity: 'ticket',
      for: '2m',
      summary: 'Timeouts of {{ $labels.saga }} are not handled: replies are not read, or wait behind a dead letter',
    },
  ),
  above(
    120,
    'tradewind_effects_oldest_seconds',
    { service: 'payment' },
    {
      name: 'TradewindEffectsWait',
      severity: 'ticket',
      for: '2m',
      summary: 'A call of {{ $labels.service }} to the outside has had no result for two minutes',
    },
  ),
  {
    name: 'TradewindReadingFails',
    severity: 'page',
    query: 'count by (service) (tradewind_outbox_rows != tradewind_outbox_rows) > 0',
    for: '2m',
    summary: 'Instances of {{ $labels.service }} cannot read their database',
    example: {
      series: { 'tradewind_outbox_rows{service="order"}': Array<string>(31).fill('NaN').join(' ') },
      fires: order,
      minutes: 10,
      quiet: { 'tradewind_outbox_rows{service="order"}': steady(0) },
    },
  },
  {
    name: 'TradewindRequestsFail',
    severity: 'page',
    query: `${perSecond(`${gatewayRequests}{status=~"5..|aborted"}`, 'service')} / ${perSecond(gatewayRequests, 'service')} > 0.05`,
    for: '5m',
    summary: 'More than one request in twenty to {{ $labels.service }} fails',
    example: {
      series: {
        [`${gatewayRequests}{service="order",status="200"}`]: rising(90),
        [`${gatewayRequests}{service="order",status="503"}`]: rising(10),
      },
      fires: order,
      minutes: 20,
      quiet: {
        [`${gatewayRequests}{service="order",status="200"}`]: rising(99),
        [`${gatewayRequests}{service="order",status="503"}`]: rising(1),
      },
    },
  },
  {
    name: 'TradewindOrdersSlow',
    severity: 'ticket',
    query: `${quantile(0.99, 'tradewind_order_outcome_seconds')} > 30`,
    for: '10m',
    summary: 'One order in a hundred has no outcome after 30 s',
    example: {
      series: {
        'tradewind_order_outcome_seconds_bucket{le="30"}': rising(90),
        'tradewind_order_outcome_seconds_bucket{le="60"}': rising(100),
        'tradewind_order_outcome_seconds_bucket{le="+Inf"}': rising(100),
      },
      fires: {},
      minutes: 20,
      quiet: {
        'tradewind_order_outcome_seconds_bucket{le="30"}': rising(100),
        'tradewind_order_outcome_seconds_bucket{le="60"}': rising(100),
        'tradewind_order_outcome_seconds_bucket{le="+Inf"}': rising(100),
      },
    },
  },
  {
    name: 'TradewindServiceDown',
    severity: 'page',
    query: `${whole('tradewind_gateway_instances_up', 'service')} < 1`,
    for: '1m',
    summary: 'The gateway reaches no instance of {{ $labels.service }}',
    example: {
      series: { 'tradewind_gateway_instances_up{service="order"}': steady(0) },
      fires: order,
      minutes: 10,
      quiet: { 'tradewind_gateway_instances_up{service="order"}': steady(1) },
    },
  },
  {
    name: 'TradewindDeadlocks',
    severity: 'ticket',
    query: 'sum by (service) (increase(tradewind_deadlocks_total[15m])) > 0',
    for: '0m',
    summary: 'The database ended transactions of {{ $labels.service }} because of deadlocks',
    example: {
      series: { 'tradewind_deadlocks_total{service="order"}': rising(1) },
      fires: order,
      minutes: 20,
      quiet: { 'tradewind_deadlocks_total{service="order"}': steady(3) },
    },
  },
  {
    name: 'TradewindConnectionsWait',
    severity: 'ticket',
    query: 'min_over_time(tradewind_database_connections{state="waiting"}[5m]) > 0',
    for: '0m',
    summary: 'Requests of {{ $labels.job }} wait for a connection to the database all the time',
    example: {
      series: { 'tradewind_database_connections{state="waiting",job="order"}': steady(2) },
      fires: { state: 'waiting', job: 'order' },
      minutes: 20,
      quiet: { 'tradewind_database_connections{state="waiting",job="order"}': '0 2 0x20' },
    },
  },
  {
    name: 'TradewindEventLoopBlocked',
    severity: 'ticket',
    query: 'nodejs_eventloop_lag_p99_seconds > 0.5',
    for: '5m',
    summary: 'A process of {{ $labels.job }} runs its timers half a second late',
    example: {
      series: { 'nodejs_eventloop_lag_p99_seconds{job="order"}': steady(1) },
      fires: { job: 'order' },
      minutes: 20,
      quiet: { 'nodejs_eventloop_lag_p99_seconds{job="order"}': steady(0.1) },
    },
  },
  {
    name: 'TradewindNotScraped',
    severity: 'page',
    query: 'absent(tradewind_relay_leader)',
    for: '5m',
    summary: 'Prometheus gets no metrics of any service',
    example: {
      series: { up: steady(0) },
      fires: {},
      minutes: 10,
      quiet: { 'tradewind_relay_leader{service="order"}': steady(1) },
    },
  },
];
