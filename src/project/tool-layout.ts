import { commandLayouts } from './command-tools/layout-of.ts';
import { layoutNamed, layouts } from './layouts/detect.ts';
import type { Layout } from './layouts/layout.ts';

/** The layout of a tool of either kind: one whose SQL Lockstep runs, or one whose command it starts. Throws `unknown-tool`. */
export function toolLayout(name: string): Layout {
  return layoutNamed(name, allLayouts);
}

/** Those of both kinds. */
export const allLayouts: readonly Layout[] = [...layouts, ...commandLayouts];
