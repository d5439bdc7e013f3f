/** Names of metrics in PromQL: what stands before a selector or a range, and no function, label or keyword. */
export const namesIn = (query: string): string[] => [
  ...new Set([...query.matchAll(/\b(?:tradewind|process|nodejs)_[a-z0-9_]+\b/g)].map(([name]) => name)),
];

/** Names of labels in PromQL: in selectors and behind `by`, `on`, `without`. */
export const labelsIn = (query: string): string[] => [
  ...new Set([
    ...[...query.matchAll(/[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    ...[...query.matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
      list
        .split(',')
        .map((label) => label.trim())
        .filter(Boolean),
    ),
  ]),
];

/** The share of a quantile of a histogram over five minutes. */
export const quantile = (share: number, histogram: string, ...by: string[]): string =>
  `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (rate(${histogram}_bucket[5m])))`;

/** Events a second over five minutes. */
export const perSecond = (counter: string, ...by: string[]): string =>
  `sum${by.length > 0 ? ` by (${by.join(', ')})` : ''} (rate(${counter}[5m]))`;

/** A gauge of a whole group or database, which every instance reports. */
export const whole = (gauge: string, ...by: string[]): string => `max by (${by.join(', ')}) (${gauge})`;
