import type { Method } from '../method.ts';
import { appsConnectionsOpen } from './apps.connections.open.ts';
import { authTest } from './auth.test-token.ts';
import { chatDelete } from './chat.delete.ts';
import { chatGetPermalink } from './chat.get-permalink.ts';
import { chatPostEphemeral } from './chat.post-ephemeral.ts';
import { chatPostMessage } from './chat.post-message.ts';
import { chatUpdate } from './chat.update.ts';
import { conversationsHistory } from './conversations.history.ts';
import { conversationsInfo } from './conversations.info.ts';
import { conversationsJoin } from './conversations.join.ts';
import { conversationsList } from './conversations.list.ts';
import { conversationsMembers } from './conversations.members.ts';
import { conversationsOpen } from './conversations.open.ts';
import { conversationsReplies } from './conversations.replies.ts';
import { filesCompleteUploadExternal } from './files.complete-upload-external.ts';
import { filesGetUploadUrlExternal } from './files.get-upload-url-external.ts';
import { filesInfo } from './files.info.ts';
import { reactionsGet } from './reactions.get.ts';
import { usergroupsUsersList } from './usergroups.users.list.ts';
import { usersInfo } from './users.info.ts';
import { viewsOpen } from './views.open.ts';
import { viewsPublish } from './views.publish.ts';
import { viewsPush } from './views.push.ts';
import { viewsUpdate } from './views.update.ts';

const all: readonly Method[] = [
  appsConnectionsOpen,
  authTest,
  chatDelete,
  chatGetPermalink,
  chatPostEphemeral,
  chatPostMessage,
  chatUpdate,
  conversationsHistory,
  conversationsInfo,
  conversationsJoin,
  conversationsList,
  conversationsMembers,
  conversationsOpen,
  conversationsReplies,
  filesCompleteUploadExternal,
  filesGetUploadUrlExternal,
  filesInfo,
  reactionsGet,
  usergroupsUsersList,
  usersInfo,
  viewsOpen,
  viewsPublish,
  viewsPush,
  viewsUpdate,
];

export const methods: ReadonlyMap<string, Method> = new Map(
  all.map((method) => [method.name, method]),
);
