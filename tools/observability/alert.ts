/** An alert, and an example of its series with what it must fire for: `promtool test rules` runs the example. */
export interface Alert {
  readonly name: string;
  readonly severity: 'page' | 'ticket';
  readonly query: string;
  /** How long the query must be true. */
  readonly for: string;
  readonly summary: string;
  readonly example: {
    /** Series in the notation of promtool, one value a minute. */
    readonly series: Readonly<Record<string, string>>;
    /** The labels of the alert that fires after `minutes`. */
    readonly fires: Readonly<Record<string, string>>;
    readonly minutes: number;
    /** The same series while all is well: nothing fires. */
    readonly quiet: Readonly<Record<string, string>>;
  };
}

/** Where the runbook is. */
export const runbookOf = ({ name }: Pick<Alert, 'name'>): string => `docs/operations.md#${name.toLowerCase()}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The rules file of Prometheus. */
export const rulesYaml = (alerts: readonly Alert[]): string =>
  [
    '# Generated from tools/observability: npm run observability',
    'groups:',
    '  - name: tradewind',
    '    rules:',
    ...alerts.flatMap((alert) => [
      `      - alert: ${alert.name}`,
      `        expr: ${quoted(alert.query)}`,
      `        for: ${alert.for}`,
      '        labels:',
      `          severity: ${alert.severity}`,
      '        annotations:',
      `          summary: ${quoted(alert.summary)}`,
      `          runbook: ${runbookOf(alert)}`,
    ]),
    '',
  ].join('\n');

const exampleYaml = (alert: Alert, series: Readonly<Record<string, string>>, fires: boolean): string[] => [
  `  - name: ${quoted(`${alert.name} ${fires ? 'fires' : 'is quiet'}`)}`,
  '    interval: 1m',
  '    input_series:',
  ...Object.entries(series).flatMap(([name, values]) => [
    `      - series: ${quoted(name)}`,
    `        values: ${quoted(values)}`,
  ]),
  '    alert_rule_test:',
  `      - eval_time: ${alert.example.minutes}m`,
  `        alertname: ${alert.name}`,
  ...(fires
    ? [
        '        exp_alerts:',
        '          - exp_labels:',
        `              severity: ${alert.severity}`,
        ...Object.entries(alert.example.fires).map(([label, value]) => `              ${label}: ${quoted(value)}`),
        '            exp_annotations:',
        `              summary: ${quoted(filled(alert.summary, alert.example.fires))}`,
        `              runbook: ${runbookOf(alert)}`,
      ]
    : ['        exp_alerts: []']),
];

/** The summary as Prometheus fills it in. */
const filled = (text: string, labels: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '');

/** The tests of the rules, for promtool. */
export const testsYaml = (alerts: readonly Alert[]): string =>
  [
    '# Generated from tools/observability: npm run observability',
    'rule_files: [alerts.yml]',
    'tests:',
    ...alerts.flatMap((alert) => [
      ...exampleYaml(alert, alert.example.series, true),
      ...exampleYaml(alert, alert.example.quiet, false),
    ]),
    '',
  ].join('\n');
