// Stub of the lead's, until the owner writes it.
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
export function renderSummary(_report: Report, _options: { links?: Links } = {}): string {
  return '';
}
