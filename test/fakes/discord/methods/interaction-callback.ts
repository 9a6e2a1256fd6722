import { callbackJson, takeCallback } from '../callback.ts';
import { bodyOf, type Method, nothing, ok, param } from '../method.ts';
import { refusal } from '../refusal.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response */
export const interactionCallback: Method = {
  verb: 'POST',
  path: '/interactions/{interaction_id}/{interaction_token}/callback',
  auth: 'token in the path',
  answer(call) {
    const { world, files } = call;
    const interaction = world.interactions.get(param(call, 'interaction_id'));
    const known = interaction?.token === param(call, 'interaction_token');
    if (!interaction || !known || interaction.failed) throw refusal(10062);
    if (interaction.answer) throw refusal(40060);
    const message = takeCallback(world, interaction, { body: bodyOf(call), files });
    if (call.query.get('with_response') !== 'true') return nothing;
    return ok(callbackJson(world, interaction, message));
  },
};
