import { createRequire } from 'node:module';

/** The Squawk program that package.json pins. */
export const squawk = createRequire(import.meta.url).resolve(
  `@squawk-cli/${process.platform}-${process.arch}/bin/squawk`,
);
