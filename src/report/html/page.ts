// Stub of the lead's, until the owner writes it.
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
export function renderHtml(_report: Report, _options: { readonly links?: Links; readonly title?: string } = {}): string {
  return '';
}
