import { alembic } from './alembic.ts';
import type { CommandTool } from './command-tool.ts';
import { django } from './django.ts';
import { knex, objection } from './knex.ts';
import { ownCommand } from './own-command.ts';
import { rails } from './rails.ts';
import { sequelize } from './sequelize.ts';
import { typeorm } from './typeorm.ts';

/** The tools that run their migrations themselves, the most particular marks first. */
export const commandTools: readonly CommandTool[] = [
  knex,
  objection,
  sequelize,
  typeorm,
  rails,
  django,
  alembic,
  ownCommand,
];

/** undefined: none of that name. */
export function commandToolNamed(name: string): CommandTool | undefined {
  return commandTools.find((tool) => tool.name === name);
}
