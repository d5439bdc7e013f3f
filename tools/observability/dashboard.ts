/** A panel: what it shows, and its queries with the text of their legend. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: 'short' | 's' | 'reqps' | 'percentunit' | 'bytes' | 'ops';
  readonly queries: readonly (readonly [query: string, legend: string])[];
  /** A single number instead of a graph. */
  readonly stat?: true;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

const source = { type: 'prometheus', uid: '${datasource}' };
const columns = 24;
const perRow = 3;
const height = 8;

function panelJson(panel: Panel, id: number, x: number, y: number): object {
  return {
    id,
    type: panel.stat ? 'stat' : 'timeseries',
    title: panel.title,
    description: panel.description,
    datasource: source,
    gridPos: { h: height, w: columns / perRow, x, y },
    fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
    options: panel.stat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' }
      : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: panel.queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: source,
      expr,
      legendFormat,
    })),
  };
}

/** The JSON that Grafana imports. */
export function dashboardJson({ uid, title, description, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: columns, x: 0, y },
      panels: [],
    });
    y += 1;
    for (const [at, panel] of row.panels.entries()) {
      const x = (at % perRow) * (columns / perRow);
      panels.push(panelJson(panel, panels.length + 1, x, y + Math.floor(at / perRow) * height));
    }
    y += Math.ceil(row.panels.length / perRow) * height;
  }
  return {
    uid,
    title,
    description,
    tags: ['tradewind'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {} }],
    },
    annotations: { list: [] },
    panels,
  };
}
