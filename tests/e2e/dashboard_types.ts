// SPDX-License-Identifier: Apache-2.0
// What a generated dashboard must be by the types that Grafana publishes, panel options included.
// `Json` is a type as it is written in a file: enumerators are their texts and numbers.
import type {
  AnnotationQuery,
  Dashboard,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';
import type {
  FieldConfig as HeatmapFields,
  Options as HeatmapOptions,
} from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesFields,
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

type Json<T> = T extends string
  ? `${T}`
  : T extends number
    ? number
    : T extends boolean | null | undefined
      ? T
      : T extends (infer Element)[]
        ? Json<Element>[]
        : T extends object
          ? { [Key in keyof T]: Json<T[Key]> }
          : T;

// What Grafana's Prometheus data source adds; it publishes no types of its own.
interface Target {
  refId: string;
  datasource: { type: 'prometheus'; uid: string };
  editorMode: 'code' | 'builder';
  expr: string;
  legendFormat: string;
  range: boolean;
  format?: 'time_series' | 'table' | 'heatmap';
}
interface Annotation extends AnnotationQuery {
  expr: string;
  step: string;
  titleFormat: string;
  textFormat: string;
  useValueForTime: boolean;
}
type Of<Type, Options, Fields> = Omit<Json<Panel>, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
  type: Type;
  options: Json<Options>;
  targets: Target[];
  fieldConfig: Omit<NonNullable<Json<Panel>['fieldConfig']>, 'defaults'> & {
    defaults: Omit<NonNullable<Json<Panel>['fieldConfig']>['defaults'], 'custom'> & { custom?: Json<Fields> };
  };
};
export type Checked = Omit<Json<Dashboard>, 'panels' | 'annotations' | 'templating'> & {
  annotations: { list: Json<Annotation>[] };
  templating: { list: (Json<VariableModel> & { definition?: string })[] };
  panels: (
    | Json<RowPanel>
    | Of<'timeseries', TimeSeriesOptions, TimeSeriesFields>
    | Of<'heatmap', HeatmapOptions, HeatmapFields>
    | Of<'stat', StatOptions, never>
  )[];
};
