import { askHost } from '../../src/bot/host-door.ts';

export interface ConsoleClient {
  /** A page as HTML. */
  page(path: string): Promise<string>;
  /** The incidents on the board, in its order. */
  incidents(): Promise<readonly string[]>;
  says(incident: string, line: string): Promise<string>;
  /** Presses a button that stands on the page, or on one card of it; undefined when there is none of that label. */
  presses(incident: string, label: string, card?: string): Promise<string | undefined>;
}

/** Redeems a one-time link as a browser does. What it answers outlives a restart of the bot: it is on the record. */
export async function signIn(link: string): Promise<string> {
  const url = new URL(link);
  const answer = await fetch(new URL('/sign-in', url), {
    method: 'POST',
    headers: { origin: url.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token: url.hash.slice(1) }),
    redirect: 'manual',
  });
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0];
  if (cookie === undefined) throw new Error(`signed in as nobody: ${answer.status}`);
  return cookie;
}

/** A session through the host door: what `console-link` does, without a process of its own. */
export async function sessionOf(door: string, person: string): Promise<string> {
  const { link } = await askHost(door, { do: 'console-link', person });
  return signIn(String(link));
}

/** The console used without its script: pages are read and forms are sent, as a text browser would. */
export function consoleClient(url: () => string, cookie: string): ConsoleClient {
  async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<string> {
    const origin = url();
    const answer = await fetch(origin + path, {
      headers: {
        cookie,
        origin,
        accept: form ? 'application/json' : 'text/html',
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      redirect: 'manual',
    });
    const text = await answer.text();
    if (answer.status >= 500) throw new Error(`${path}: ${answer.status} ${text}`);
    if (!form) {
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
      return text;
    }
    const { html } = JSON.parse(text);
    return typeof html === 'string' ? textOf(html) : text;
  }

  return {
    page: (path) => ask(path),
    async incidents() {
      const board = await ask('/incidents/');
      return [...new Set([...board.matchAll(/\binc-[0-9a-f]{12}\b/g)].map(([id]) => id))];
    },
    async says(incident, line) {
      const path = `/incidents/${incident}`;
      const action = /<form class="prompt"[^>]* action="([^"]*)"/.exec(await ask(path))?.[1] ?? '';
      return ask(from(path, action), { line });
    },
    async presses(incident, label, card) {
      const path = `/incidents/${incident}`;
      const page = await ask(path);
      const shown =
        card === undefined ? page : piecesOf(page).find(({ key }) => key === card)?.html;
      const form = formsOf(shown ?? '').findLast((each) => each.label === label);
      return form && ask(from(path, form.action), form.fields);
    },
  };
}

/** Where a form of a page is sent to. */
function from(page: string, action: string): string {
  return new URL(unescaped(action), `http://console.invalid${page}`).pathname;
}

export interface PageForm {
  readonly action: string;
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function formsOf(page: string): readonly PageForm[] {
  const forms = page.matchAll(/<form ([^>]*data-does="press"[^>]*)>(.*?)<\/form>/gs);
  return [...forms].map(([, head = '', inside = '']) => {
    const inputs = inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    const fields = [...inputs].map(([, name = '', value = '']) => [name, unescaped(value)]);
    const label = /<button[^>]*>(.*?)<\/button>/s.exec(inside)?.[1] ?? '';
    const action = /action="([^"]*)"/.exec(head)?.[1] ?? '';
    return { action, label: unescaped(label), fields: Object.fromEntries(fields) };
  });
}

/** What a person reads of a page. */
export function textOf(page: string): string {
  return unescaped(page.replaceAll('<wbr>', '').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Keys of the lines and cards of a thread, in order, each as often as it stands there. */
export function keysOf(page: string): readonly string[] {
  return piecesOf(page).map(({ key }) => key);
}

export interface PagePiece {
  readonly key: string;
  readonly html: string;
}

/** The lines and cards of a thread, in order. */
export function piecesOf(page: string): readonly PagePiece[] {
  const thread = /<div id="thread"[^>]*>(.*?)<div id="answers"/s.exec(page)?.[1] ?? '';
  const found = thread.matchAll(/<(article|p) class="[^"]*" data-key="([^"]*)".*?<\/\1>/gs);
  return [...found].map(([html, , key = '']) => ({ key, html }));
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return text.replace(/&(#\d+|\w+);/g, (whole, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (named[name] ?? whole),
  );
}
