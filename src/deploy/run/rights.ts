import { docsAddress } from '../../repository.ts';

/** What to do when the server says that a right is missing (42501). */
export const MISSING_RIGHT = `The role of the URL lacks a right. Those that are needed: ${docsAddress('permissions.md#what-plan-and-apply-need')}`;

export const NO_RIGHT = '42501';
