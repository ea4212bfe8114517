// Stub of the lead's, until the owner writes it.
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
import type { Marker } from './marker.ts';
export function renderComment(_report: Report, _options: { links?: Links; marker: Marker; previous?: Marker }): string {
  return '';
}
