import { exchange, type Reply } from '../surfaces/console/stage.ts';
import { signIn } from './console-client.ts';
import type { StepUpStage } from './step-up-stage.ts';

/** Follows no redirect, keeps its cookie, and sends what a browser sends of a form on our own page. */
export interface Browser {
  get(path: string): Promise<Reply>;
  post(
    path: string,
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Reply>;
}

/** Signed in as a person; `via`: by a link that a chat account was handed. */
export async function openBrowser(
  stage: StepUpStage,
  person: string,
  via?: string,
): Promise<Browser> {
  return browserWith(stage, await signIn(await stage.link(person, via)));
}

export function browserWith({ url }: Pick<StepUpStage, 'url'>, cookie: string): Browser {
  const own = { Cookie: cookie, Origin: url, Accept: 'text/html' };
  return {
    get: (path) => exchange(url + path, { method: 'GET', headers: own }),
    post: (path, form, headers = {}) =>
      exchange(url + path, {
        method: 'POST',
        headers: { ...own, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form).toString(),
      }),
  };
}

/** A field that a page carries and nobody sees. */
export const hidden = (page: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';

/** What the page of a plan has a factor given with. */
export const fieldsOf = ({ body }: Reply) => ({
  challenge: hidden(body, 'challenge'),
  hash: hidden(body, 'hash'),
  shown: hidden(body, 'shown'),
});
