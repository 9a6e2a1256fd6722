import type { Method } from '../method.ts';
import { getPrivateArchivedThreads, getPublicArchivedThreads } from './archived-threads.ts';
import { commandMethods } from './commands.ts';
import { createDirectChannel } from './create-direct-channel.ts';
import { createMessage } from './create-message.ts';
import { deleteChannel } from './delete-channel.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { getChannel } from './get-channel.ts';
import { getCurrentApplication, getCurrentBotApplication } from './get-current-application.ts';
import { getCurrentUser } from './get-current-user.ts';
import { getCurrentUserGuilds } from './get-current-user-guilds.ts';
import { getGateway, getGatewayBot } from './get-gateway-bot.ts';
import { getGuild } from './get-guild.ts';
import { getGuildActiveThreads } from './get-guild-active-threads.ts';
import { getGuildChannels } from './get-guild-channels.ts';
import { getGuildMember } from './get-guild-member.ts';
import { getGuildMembers } from './get-guild-members.ts';
import { getGuildRoles } from './get-guild-roles.ts';
import { getMessage } from './get-message.ts';
import { getMessages } from './get-messages.ts';
import { getUser } from './get-user.ts';
import { interactionCallback } from './interaction-callback.ts';
import { patchChannel } from './patch-channel.ts';
import { getPins, pinMessage, unpinMessage } from './pins.ts';
import { addReaction, getReactions, removeOwnReaction, removeUserReaction } from './reactions.ts';
import { startThread } from './start-thread.ts';
import { startThreadFromMessage } from './start-thread-from-message.ts';
import {
  addThreadMember,
  getThreadMembers,
  joinThreadItself,
  leaveThreadItself,
  removeThreadMember,
} from './thread-members.ts';
import { triggerTyping } from './trigger-typing.ts';
import {
  createFollowup,
  deleteFollowup,
  deleteOriginalAnswer,
  editFollowup,
  editOriginalAnswer,
  getFollowup,
  getOriginalAnswer,
} from './webhook-message.ts';

export const methods: readonly Method[] = [
  getGateway,
  getGatewayBot,
  getCurrentUser,
  getCurrentUserGuilds,
  getUser,
  getCurrentApplication,
  getCurrentBotApplication,
  createDirectChannel,
  getGuild,
  getGuildChannels,
  getGuildActiveThreads,
  getGuildMember,
  getGuildMembers,
  getGuildRoles,
  getChannel,
  patchChannel,
  deleteChannel,
  createMessage,
  getMessage,
  getMessages,
  editMessage,
  deleteMessage,
  startThreadFromMessage,
  startThread,
  getThreadMembers,
  joinThreadItself,
  leaveThreadItself,
  addThreadMember,
  removeThreadMember,
  getPublicArchivedThreads,
  getPrivateArchivedThreads,
  getPins,
  pinMessage,
  unpinMessage,
  addReaction,
  removeOwnReaction,
  removeUserReaction,
  getReactions,
  triggerTyping,
  interactionCallback,
  createFollowup,
  getOriginalAnswer,
  editOriginalAnswer,
  deleteOriginalAnswer,
  getFollowup,
  editFollowup,
  deleteFollowup,
  ...commandMethods,
];
