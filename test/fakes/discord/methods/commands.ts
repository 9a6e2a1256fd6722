import { commandForm, commandsForm } from '../forms/commands.ts';
import { type Call, guildOf, idParam, type Method, nothing, ok } from '../method.ts';
import type { Command } from '../model.ts';
import { refusal } from '../refusal.ts';
import { overwriteCommands, type Register, register, storeCommand } from '../registry.ts';
import { commandJson } from '../wire.ts';

const ofAll = '/applications/{application_id}/commands';
const ofGuild = '/applications/{application_id}/guilds/{guild_id}/commands';

function registerOf(call: Call): Register {
  if (idParam(call, 'application_id') !== call.world.applicationId) throw refusal(20012);
  if (call.params['guild_id'] === undefined) return register(call.world, undefined);
  const guild = call.world.guilds.get(idParam(call, 'guild_id'));
  if (guild && !(guild.commandScope && guild.members.has(call.world.bot.id))) throw refusal(50001);
  return register(call.world, guildOf(call));
}

function commandOf(call: Call): Command {
  const command = registerOf(call).commands.get(idParam(call, 'command_id'));
  if (!command) throw refusal(10063);
  return command;
}

function list(call: Call) {
  const { commands } = registerOf(call);
  return ok([...commands.values()].map((command) => commandJson(call.world, command)));
}

function overwrite(call: Call) {
  const target = registerOf(call);
  const declared = commandsForm(call.body);
  const commands = overwriteCommands(call.world, target, declared);
  return ok(commands.map((command) => commandJson(call.world, command)));
}

function create(call: Call) {
  const target = registerOf(call);
  const { command, created } = storeCommand(call.world, target, commandForm(call.body));
  return { status: created ? 201 : 200, body: commandJson(call.world, command) };
}

function remove(call: Call) {
  const command = commandOf(call);
  registerOf(call).commands.delete(command.id);
  return nothing;
}

const get = (call: Call) => ok(commandJson(call.world, commandOf(call)));

/** https://discord.com/developers/docs/interactions/application-commands#endpoints */
export const commandMethods: readonly Method[] = [ofAll, ofGuild].flatMap((path): Method[] => [
  { verb: 'GET', path, auth: 'bot', answer: list },
  { verb: 'PUT', path, auth: 'bot', answer: overwrite },
  { verb: 'POST', path, auth: 'bot', answer: create },
  { verb: 'GET', path: `${path}/{command_id}`, auth: 'bot', answer: get },
  { verb: 'DELETE', path: `${path}/{command_id}`, auth: 'bot', answer: remove },
]);
