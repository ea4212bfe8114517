import { leave } from './leave.ts';
import { run } from './run.ts';

void run(process).then(() => leave(process));
