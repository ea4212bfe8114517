// Stub of the lead's, until the owner writes it.
import type { Report } from './model.ts';
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly path?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
}
export function annotationsOf(_report: Report): { shown: Annotation[]; left: { error: number; warning: number; notice: number } } {
  return { shown: [], left: { error: 0, warning: 0, notice: 0 } };
}
