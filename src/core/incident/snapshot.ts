import type { AlertState, Incident, IncidentState } from './incident.ts';
import { nameOfAlert } from './part.ts';

/** An incident as plain data: what JSON can hold. */
export type ExportedIncident =
  | { readonly status: 'none' }
  | (Omit<Incident, 'alerts'> & { readonly alerts: readonly AlertState[] });

export function exportIncident(state: IncidentState): ExportedIncident {
  return state.status === 'none' ? state : { ...state, alerts: [...state.alerts.values()] };
}

/** The other way. The incident owns its map of alerts afresh. */
export function importIncident(exported: ExportedIncident): IncidentState {
  if (exported.status === 'none') return exported;
  const alerts = new Map(
    exported.alerts.map((alert) => [nameOfAlert(alert.fingerprint, alert.source), alert]),
  );
  return { ...exported, alerts };
}
